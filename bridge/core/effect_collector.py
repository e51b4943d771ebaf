"""The effects of one step: in order, with numbered journal entries, and with views only where they changed.

A siren waits for nothing, and whoever watches an input waits for the siren alone: a step first decides, and
`later` takes everything that merely records the decision. `end_round` hands over what was decided and does the
rest after that. Whatever is added directly comes after all that waits, so that the order of effects is that of
the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from functools import partial
from typing import Any

from bridge.core.alarm_input import AlarmInput
from bridge.core.alarm_output import AlarmOutput
from bridge.core.contact import Contact
from bridge.core.effects import (
    DriveLine,
    Effect,
    InputView,
    KeepInput,
    KeepLatched,
    OutputView,
    PublishEvent,
    PublishInput,
    PublishOutput,
    PublishTripped,
)
from bridge.core.facts import Now, StoredInput
from bridge.core.journal import JournalEntry
from bridge.core.views import WallClock, input_view, output_view, tripped

AtOnce = Callable[[DriveLine | PublishTripped], object]


class EffectCollector:
    """Collects the effects of one step; leaves out views and states that equal the ones published or kept last.

    `at_once` takes lines and inputs' states before the rest of their round is worked out, as long as the step has
    no other effect; without it, and after another effect, they are effects of the step like all others.
    """

    def __init__(self, boot: str, at_once: AtOnce | None = None) -> None:
        self.walls = WallClock()
        self.next_seq = 1
        self._boot = boot
        self._at_once = at_once
        self._effects: list[Effect] = []
        self._settled: list[AlarmInput] = []
        """Inputs of this round, whose states go out before everything that waits."""
        self._waiting: list[Callable[[], object]] = []
        self._views: dict[str, InputView | OutputView] = {}
        self._kept: dict[str, StoredInput | None] = {}
        self._latched: dict[str, bool] = {}

    def take(self) -> list[Effect]:
        """Ends the step. Returns its effects in their order, without those that `at_once` has taken."""
        self.end_round()
        effects, self._effects = self._effects, []
        return effects

    def later(self, record: Callable[[], object]) -> None:
        """Has `record` add its effects at the end of the round, after lines and states; in the order of the calls."""
        self._waiting.append(record)

    def end_round(self) -> None:
        """Hands over the states of the inputs that were settled, then adds all effects that wait."""
        if self._settled:
            settled, self._settled = self._settled, []
            for alarm_input in settled:
                self._state(alarm_input)
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for record in waiting:
                record()

    def add(self, *effects: Effect) -> None:
        """Adds effects unconditionally: they are not compared with earlier ones."""
        self.end_round()
        self._effects += effects

    def drive(self, drive: DriveLine) -> None:
        """Drives a line, before everything that waits."""
        self._first(drive)

    def journal(self, kind: str, now: Now, *, at: float | None = None, **fields: Any) -> JournalEntry:
        """Adds a journal entry with the next number, and returns it.

        Its time is `at` (monotonic seconds) if given, else `now`; `seconds` among `fields` is rounded to the
        millisecond.
        """
        self.end_round()
        if fields.get("seconds") is not None:
            fields["seconds"] = round(fields["seconds"], 3)
        time = now.local if at is None else self.walls.instant(at, now)
        seq, self.next_seq = self.next_seq, self.next_seq + 1
        entry = JournalEntry(seq=seq, id=f"{self._boot}-{seq}", boot=self._boot, kind=kind, time=time, **fields)
        self._effects.append(entry)
        return entry

    def event(
        self,
        event_type: str,
        input_id: str,
        contact: Contact,
        entry: JournalEntry,
        cause: str,
        *,
        picture: str | None = None,
    ) -> None:
        """Adds a live event of an input, with the number and time of its journal entry.

        `picture` is `taking` if a picture of the alarm follows.
        """
        self.add(
            PublishEvent(
                input=input_id,
                event_type=event_type,
                id=entry.id,
                seq=entry.seq,
                cause=cause,
                time=entry.time,
                contact=contact,
                picture=picture,
            )
        )

    def publish_input(self, alarm_input: AlarmInput, now: Now) -> None:
        """Publishes an input's state at the end of the round, then its view; each if it differs from the last."""
        self._settled.append(alarm_input)
        self.later(partial(self._input_view, alarm_input, now))

    def publish_output(self, output: AlarmOutput, now: Now, *, keep_latch: bool = True) -> None:
        """Publishes an output's view if it differs from the one published last; stores its latch if that changed."""
        self.later(partial(self._output_view, output, now, keep_latch=keep_latch))

    def _state(self, alarm_input: AlarmInput) -> None:
        """Publishes an input's state ahead of its view, if it differs from the last view's.

        Does nothing before the first view, or if the line is missing now or was then: the view alone publishes that.
        """
        input_id, state = alarm_input.settings.id, tripped(alarm_input)
        view = self._views.get(input_id)
        if (
            isinstance(view, InputView)
            and view.available
            and alarm_input.reading.lost is None
            and view.tripped != state
        ):
            self._first(PublishTripped(input=input_id, tripped=state))

    def _first(self, effect: DriveLine | PublishTripped) -> None:
        if self._at_once is None or self._effects:
            self._effects.append(effect)
        else:
            self._at_once(effect)

    def _input_view(self, alarm_input: AlarmInput, now: Now) -> None:
        view = input_view(alarm_input, now, self.walls)
        if self._views.get(view.id) != view:
            self._views[view.id] = view
            self._effects.append(PublishInput(view=view))

    def _output_view(self, output: AlarmOutput, now: Now, *, keep_latch: bool) -> None:
        view = output_view(output, now, self.walls)
        if self._views.get(view.id) != view:
            self._views[view.id] = view
            self._effects.append(PublishOutput(view=view))
        if keep_latch and self._latched.get(view.id, False) != output.latched:
            self._latched[view.id] = output.latched
            self._effects.append(KeepLatched(output=view.id, latched=output.latched))

    def keep_input(self, alarm_input: AlarmInput, *, silenced: frozenset[str]) -> None:
        """Stores the state that the start-up table will read, if it differs from the stored one."""
        self.end_round()
        input_id, state = alarm_input.settings.id, alarm_input.to_keep(silenced)
        if self._kept.get(input_id) != state:
            self._kept[input_id] = state
            self._effects.append(KeepInput(input=input_id, state=state))

    def restore(self, inputs: Mapping[str, StoredInput], latched: Iterable[str], *, known: Container[str]) -> None:
        """Remembers the states in the store as stored, and deletes those of terminals that are not `known`.

        An input that is added again some day would else be judged by a state from long ago.
        """
        self._kept.update(inputs)
        self._latched.update(dict.fromkeys(latched, True))
        for gone in (*inputs, *latched):
            if gone not in known:
                self.forget(gone)

    def forget(self, terminal: str) -> None:
        """Deletes the view and the stored state of a removed input or output."""
        self.end_round()
        self._views.pop(terminal, None)
        if self._kept.pop(terminal, None) is not None:
            self._effects.append(KeepInput(input=terminal, state=None))
        if self._latched.pop(terminal, False):
            self._effects.append(KeepLatched(output=terminal, latched=False))
