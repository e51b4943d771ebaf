"""Commands: what a person or a program asked for, done or refused, and answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bridge.core.alarm_output import AlarmOutput
from bridge.core.arming import Arming
from bridge.core.consequences import Consequences
from bridge.core.definitions.channels import CHANNEL, CHANNELS, server_of
from bridge.core.effect_collector import EffectCollector
from bridge.core.effects import Answer, RunAction
from bridge.core.facts import (
    ActionRequested,
    ArmingRequested,
    CommandRejected,
    InputTriggerRequested,
    Now,
    Origin,
    OutputStartRequested,
    OutputStopRequested,
    OutputToggleRequested,
    SilenceRequested,
)
from bridge.core.journal import JournalEntry
from bridge.core.mail_limits import AN_HOUR_AT_MOST, BY_COMMAND_AT_MOST
from bridge.core.rate_limit import RateLimits
from bridge.core.refusal_log import HeldBack, RefusalLog
from bridge.core.terminals import Terminals
from bridge.core.transitions import Transition
from bridge.errors import CommandRefused, Fault

STARTS_A_SECOND = 5
"""Of one output."""
ACTIONS_AT_MOST = 10
ACTIONS_WITHIN_S = 10.0
"""Of one kind: ten at once are a script that asks for every input's picture; one a second for ever is
a loop in somebody's automation, which is stopped."""


def _nothing() -> None:
    """Does nothing: admits a command that is never refused, or follows a command that has no consequence."""


class Commands:
    """Executes commands on terminals.

    Each method journals its command as done or refused, and answers it once if its origin expects an answer; nothing is
    raised. A stop and a silence are never refused for their rate.
    """

    def __init__(
        self, terminals: Terminals, collector: EffectCollector, consequences: Consequences, arming: Arming
    ) -> None:
        self._terminals = terminals
        self._collector = collector
        self._consequences = consequences
        self._arming = arming
        self._starts = RateLimits(at_most=STARTS_A_SECOND, within_s=1.0)
        self._actions = RateLimits(at_most=ACTIONS_AT_MOST, within_s=ACTIONS_WITHIN_S)
        self._refusal_log = RefusalLog()

    @property
    def due(self) -> float | None:
        """Monotonic time at which `elapse` has to be called next; None if no refusals wait."""
        return self._refusal_log.due

    def elapse(self, now: Now) -> None:
        """Journals, as one entry each, the repeated refusals whose minute is over."""
        self._journal_held_back(self._refusal_log.elapse(now.monotonic), now)

    def end(self, now: Now) -> None:
        """Journals the refusals that still wait; called at the end of the program."""
        self._journal_held_back(self._refusal_log.end(), now)

    def start(self, fact: OutputStartRequested | OutputToggleRequested, now: Now) -> None:
        """Starts an output by hand. Refused: an unknown output, a lost line, more than `STARTS_A_SECOND`."""
        self._answered("start", fact.origin, now, lambda: self._start(fact, now), output_id=fact.output)

    def stop(self, fact: OutputStopRequested | OutputToggleRequested, now: Now) -> None:
        """Stops an output, whatever keeps it on. Refused: an unknown output."""
        stopped: list[AlarmOutput] = []
        self._answered("stop", fact.origin, now, lambda: stopped.append(self._stop(fact)), output_id=fact.output)
        for output in stopped:
            self._consequences.silenced(output)

    def toggle(self, fact: OutputToggleRequested, now: Now) -> None:
        """Stops an output that is on, starts one that is off. Refused as `stop` and `start` are."""
        output = self._terminals.outputs.get(fact.output)
        if output is not None and output.on:
            self.stop(fact, now)
        else:
            self.start(fact, now)

    def trigger(self, fact: InputTriggerRequested, now: Now, *, holding: bool) -> None:
        """Begins an alarm of an input by command, during the boot hold (`holding`) only after its end.

        Refused: an unknown, disabled or disarmed input.
        """
        transitions: list[Transition] = []
        self._answered(
            "trigger",
            fact.origin,
            now,
            lambda: transitions.extend(self._trigger(fact, now, holding=holding)),
            input_id=fact.input,
        )
        if transitions:
            self._consequences.carry(self._terminals.inputs[fact.input], transitions, now)

    def silence(self, fact: SilenceRequested, now: Now) -> None:
        """Stops every output and sound. Never refused."""
        self._answered("silence", fact.origin, now, _nothing, then=lambda: self._consequences.silence(fact.origin.by))

    def arm(self, fact: ArmingRequested, now: Now) -> None:
        """Arms or disarms the device. Refused: arming while a key holds the device disarmed."""
        self._answered(
            "arm" if fact.armed else "disarm",
            fact.origin,
            now,
            lambda: self._admit_arming(fact),
            then=lambda: self._arming.move(now, armed=fact.armed, by=fact.origin.by),
        )

    def action(self, fact: ActionRequested, now: Now) -> None:
        """Runs one action now. The answer says whether it was accepted; the journal says later how it ended.

        Refused: an action that is not configured or has an unknown input, or too many of its kind.
        """
        accepted: list[bool] = []
        entry = self._answered(
            fact.kind, fact.origin, now, lambda: accepted.append(self._accepts(fact, now)), input_id=fact.input
        )
        if accepted and entry is not None:
            self._collector.add(RunAction(request=fact, seq=entry.seq, time=entry.time, at=now.monotonic))

    def rejected(self, fact: CommandRejected, now: Now) -> None:
        """Journals a command that was refused, and answered, by the room that received it."""
        self._refuse(now, by=fact.origin.by, path=fact.topic, error=fact.message)

    def _start(self, fact: OutputStartRequested | OutputToggleRequested, now: Now) -> None:
        """Starts the output. Raises CommandRefused if it is unknown, lost, started too often, or cannot pulse."""
        output = self._output(fact.output)
        if output.lost:
            message = f"line lost: {output.lost}"
            raise CommandRefused(message)
        if fact.mode == "pulse" and not output.settings.can_pulse:
            message = "its line is too slow for its pulse, or takes none"
            raise CommandRefused(message, path="mode")
        if not self._starts.take(fact.output, now.monotonic):
            message = f"more than {STARTS_A_SECOND} starts a second"
            raise CommandRefused(message)
        output.start(fact.origin, now.monotonic, duration_ms=fact.duration_ms, mode=fact.mode)
        self._terminals.touch(fact.output)

    def _stop(self, fact: OutputStopRequested | OutputToggleRequested) -> AlarmOutput:
        """Stops the output and returns it. Raises CommandRefused if it is unknown."""
        output = self._output(fact.output)
        output.stop("stop", fact.origin.by)
        self._terminals.touch(fact.output)
        return output

    def _admit_arming(self, fact: ArmingRequested) -> None:
        """Raises CommandRefused for arming while a key holds the device disarmed: its owner relies on that."""
        key = self._arming.held_by
        if fact.armed and key is not None:
            message = f"the key switch {key} holds the device disarmed: turn it back first"
            raise CommandRefused(message)

    def _trigger(self, fact: InputTriggerRequested, now: Now, *, holding: bool) -> list[Transition]:
        """Returns the transitions of an alarm by command.

        Raises CommandRefused if the input is unknown, disabled or disarmed.
        """
        alarm_input = self._terminals.inputs.get(fact.input)
        if alarm_input is None:
            message = f"there is no input {fact.input}"
            raise CommandRefused(message)
        if not alarm_input.settings.enabled:
            message = f"input {fact.input} is disabled"
            raise CommandRefused(message)
        if not alarm_input.is_armed:
            message = f"the device is disarmed, and input {fact.input} is not always armed"
            raise CommandRefused(message)
        self._terminals.touch(fact.input)
        return alarm_input.command(fact.duration_ms / 1000, now.monotonic, holding=holding)

    def _accepts(self, fact: ActionRequested, now: Now) -> bool:
        """Counts an action against its limit and returns True.

        Raises CommandRefused for an action that cannot be done, or is requested too often; a stop is never too often.
        """
        self._has_what_it_needs(fact)
        channel = CHANNEL.get(fact.kind)
        limited = channel is not None and channel.limited
        if limited and not self._consequences.mail_limits.take_by_command(now.monotonic):
            message = f"more than {BY_COMMAND_AT_MOST} mails by command, or {AN_HOUR_AT_MOST} in all, an hour"
            raise CommandRefused(message)
        if not limited and not fact.stop and not self._actions.take(fact.kind, now.monotonic):
            message = f"more than {ACTIONS_AT_MOST} times in {ACTIONS_WITHIN_S:g} s"
            raise CommandRefused(message)
        return True

    def _has_what_it_needs(self, fact: ActionRequested) -> None:
        """Raises CommandRefused if an action's section of the settings, its camera or its input is missing."""
        settings = self._terminals.settings
        needs: dict[str, object] = {
            "snapshot": settings.cameras,
            **{channel.key: server_of(settings, channel) for channel in CHANNELS},
            "record": settings.recording and settings.cameras,
            "audible": settings.audio,
        }
        if not needs.get(fact.kind):
            message = f"{fact.kind} is not configured"
            raise CommandRefused(message)
        if fact.kind in CHANNEL and CHANNEL[fact.kind].one_a_picture and not settings.cameras:
            message = "there is no camera to upload a picture of"
            raise CommandRefused(message)
        if fact.input is not None and fact.input not in self._terminals.inputs:
            message = f"there is no input {fact.input}"
            raise CommandRefused(message, path="input")

    def _output(self, output: str) -> AlarmOutput:
        """Returns the output with this id. Raises CommandRefused if there is none."""
        if output not in self._terminals.outputs:
            message = f"there is no output {output}"
            raise CommandRefused(message)
        return self._terminals.outputs[output]

    def _answered(
        self,
        what: str,
        origin: Origin,
        now: Now,
        act: Callable[[], None],
        *,
        input_id: str | None = None,
        output_id: str | None = None,
        then: Callable[[], None] = _nothing,
    ) -> JournalEntry | None:
        """Executes `act`, journals the command as done or refused, and answers its origin.

        `act` refuses by raising CommandRefused. `then` runs after the entry of a command that was done, so what follows
        from the command is journalled after it. Returns the entry, or None if refused. The answer to what was done
        waits until entry and states are stored: a kill takes back nothing that was answered `ok`. Lines, sounds and
        states do not wait with it.
        """
        faults: tuple[Fault, ...] = ()
        entry = None
        named: dict[str, Any] = {"input": input_id, "output": output_id, "cause": what, "by": origin.by}
        try:
            act()
        except CommandRefused as refused:
            faults = (Fault(path=refused.path, message=refused.message),)
            self._refuse(now, **named, error=refused.message)
        else:
            entry = self._collector.journal("command", now, **named)
            then()
        if origin.request is not None:
            self._collector.add(Answer(origin=origin, faults=faults, after_store=not faults))
        return entry

    def _refuse(self, now: Now, **fields: Any) -> None:
        """Journals a refusal with `fields`, or counts it if there were too many of them."""
        self.elapse(now)
        if self._refusal_log.takes(fields, now.monotonic):
            self._collector.journal("refused", now, **fields)

    def _journal_held_back(self, minutes: list[HeldBack], now: Now) -> None:
        """Journals one entry for each minute of counted refusals: the last one of them, and their number."""
        for minute in minutes:
            self._collector.journal("refused", now, **minute.last, reason="repeated", held_back=minute.count)
