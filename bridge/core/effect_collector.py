"""The effects of one step: in order, with numbered journal entries, and with views only where they changed."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from bridge.core.alarm_input import AlarmInput
from bridge.core.alarm_output import AlarmOutput
from bridge.core.effects import (
    Effect,
    InputView,
    KeepInput,
    KeepLatched,
    OutputView,
    PublishEvent,
    PublishInput,
    PublishOutput,
)
from bridge.core.facts import Now, StoredInput
from bridge.core.journal import JournalEntry
from bridge.core.views import WallClock, input_view, output_view


class EffectCollector:
    """Collects the effects of one step; leaves out views and states that equal the ones published or kept last."""

    def __init__(self, boot: str) -> None:
        self.walls = WallClock()
        self.next_seq = 1
        self._boot = boot
        self._effects: list[Effect] = []
        self._views: dict[str, InputView | OutputView] = {}
        self._kept: dict[str, StoredInput | None] = {}
        self._latched: dict[str, bool] = {}

    def take(self) -> list[Effect]:
        """Returns the effects of the step in their order, and begins a new step."""
        effects, self._effects = self._effects, []
        return effects

    def add(self, *effects: Effect) -> None:
        """Adds effects unconditionally: they are not compared with earlier ones."""
        self._effects += effects

    def journal(self, kind: str, now: Now, *, at: float | None = None, **fields: Any) -> JournalEntry:
        """Adds a journal entry with the next number, and returns it.

        Its time is `at` (monotonic seconds) if given, else `now`; `seconds` among `fields` is rounded to the
        millisecond.
        """
        if fields.get("seconds") is not None:
            fields["seconds"] = round(fields["seconds"], 3)
        time = now.local if at is None else self.walls.instant(at, now)
        seq, self.next_seq = self.next_seq, self.next_seq + 1
        entry = JournalEntry(seq=seq, id=f"{self._boot}-{seq}", boot=self._boot, kind=kind, time=time, **fields)
        self._effects.append(entry)
        return entry

    def event(
        self, event_type: str, alarm_input: AlarmInput, entry: JournalEntry, cause: str, *, picture: str | None = None
    ) -> None:
        """Adds a live event of an input, with the number and time of its journal entry."""
        self._effects.append(
            PublishEvent(
                input=alarm_input.settings.id,
                event_type=event_type,
                id=entry.id,
                seq=entry.seq,
                cause=cause,
                time=entry.time,
                contact=alarm_input.contact,
                picture=picture,
            )
        )

    def publish_input(self, alarm_input: AlarmInput, now: Now) -> None:
        """Publishes an input's view if it differs from the one published last."""
        view = input_view(alarm_input, now, self.walls)
        if self._views.get(view.id) != view:
            self._views[view.id] = view
            self._effects.append(PublishInput(view=view))

    def publish_output(self, output: AlarmOutput, now: Now, *, keep_latch: bool = True) -> None:
        """Publishes an output's view if it differs from the one published last.

        With `keep_latch` its latch is stored too, if that has changed.
        """
        view = output_view(output, now, self.walls)
        if self._views.get(view.id) != view:
            self._views[view.id] = view
            self._effects.append(PublishOutput(view=view))
        if keep_latch and self._latched.get(view.id, False) != output.latched:
            self._latched[view.id] = output.latched
            self._effects.append(KeepLatched(output=view.id, latched=output.latched))

    def keep_input(self, alarm_input: AlarmInput, *, silenced: frozenset[str]) -> None:
        """Stores the state that the start-up table will read, if it differs from the stored one."""
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
        self._views.pop(terminal, None)
        if self._kept.pop(terminal, None) is not None:
            self._effects.append(KeepInput(input=terminal, state=None))
        if self._latched.pop(terminal, False):
            self._effects.append(KeepLatched(output=terminal, latched=False))
