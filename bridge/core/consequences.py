"""Consequences of an alarm's edges: journal entries, live events, outputs, and the actions of the linkage."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bridge.core.alarm_input import AlarmInput
from bridge.core.alarm_output import AlarmOutput
from bridge.core.arming import Arming
from bridge.core.contact import Contact
from bridge.core.definitions.channels import CHANNELS, is_on
from bridge.core.effect_collector import EffectCollector
from bridge.core.effects import EndLinkage, ExtendLinkage, RunLinkage, SilenceSound
from bridge.core.facts import Now
from bridge.core.mail_limits import MailLimits
from bridge.core.terminals import Terminals
from bridge.core.transitions import Began, DecidedNormal, Ended, LinkageDue, Resumed, Retriggered, Transition

BY_INPUT = "input"
"""The source of a stop by a wired button, whose own begin is the journal entry before."""


class Consequences:
    """Turns transitions of inputs into journal entries, events, demand of outputs, and runs of the linkage."""

    def __init__(self, terminals: Terminals, collector: EffectCollector, arming: Arming) -> None:
        self._terminals = terminals
        self._collector = collector
        self._arming = arming
        self.mail_limits = MailLimits()
        self._chattering: set[str] = set()
        self._unconfirmed: set[str] = set()

    def carry(self, alarm_input: AlarmInput, transitions: list[Transition], now: Now) -> None:
        """Causes everything that follows from an input's transitions, in their order.

        Outputs are changed now but only touched; the caller settles them. What records the transitions is put off to
        the end of the round.
        """
        for transition in transitions:
            if isinstance(transition, Ended):
                self._end(alarm_input, transition, now)
            elif isinstance(transition, Resumed):
                self._collector.later(partial(self._collector.journal, "resumed", now, input=alarm_input.settings.id))
                self._link(alarm_input, lambda output: output.source_resumed(alarm_input.settings.id))
            elif not isinstance(transition, DecidedNormal):
                self._run(alarm_input, transition, now)
        if transitions:
            last = transitions[-1]
            self._arming.follow(alarm_input, now, lost=isinstance(last, Ended) and last.cause == "fault")
            self.keep(alarm_input)

    def keep(self, alarm_input: AlarmInput) -> None:
        """Stores the state of an input that the start-up table will need, if it has changed; at the round's end."""
        self._collector.later(partial(self._keep, alarm_input))

    def _keep(self, alarm_input: AlarmInput) -> None:
        self._collector.keep_input(alarm_input, silenced=self._terminals.silenced_at(alarm_input.settings.id))

    def silence(self, by: str) -> None:
        """Stops every output and sound; `by` is the source of the stop."""
        for output in self._terminals.outputs.values():
            output.stop("stop", by)
            self.silenced(output)
        self._terminals.touch_all()
        self._collector.later(partial(self._collector.add, SilenceSound()))

    def silenced(self, output: AlarmOutput) -> None:
        """Stores that an output was stopped, so that what it silenced stays silent after a restart.

        An alarm from before the restart that may still resume is silenced here like one that goes on.
        """
        for input_id, alarm_input in self._terminals.inputs.items():
            if alarm_input.undecided and output.settings.id in alarm_input.settings.linkage.outputs:
                output.source_silenced(input_id)
            if input_id in output.spent:
                self.keep(alarm_input)

    def journal_chatter(self, alarm_input: AlarmInput, now: Now) -> None:
        """Journals a fault, with a live event, when an input begins to chatter, and `healed` when it ends.

        Both come at the end of a round. Does nothing if neither has happened since the last call.
        """
        input_id, raised = alarm_input.settings.id, alarm_input.quiet_period.chatter.raised
        if raised == (input_id in self._chattering):
            return
        self._chattering ^= {input_id}
        self._collector.later(partial(self._record_chatter, input_id, alarm_input.reading.contact, now, raised=raised))

    def journal_confirmation(self, output: AlarmOutput, now: Now) -> None:
        """Journals a fault when a far output's device has not done as it was commanded, healed when it has."""
        output_id, missing = output.settings.id, output.confirmation.is_missing
        if missing == (output_id in self._unconfirmed):
            return
        self._unconfirmed ^= {output_id}
        kind = "fault" if missing else "healed"
        self._collector.later(partial(self._collector.journal, kind, now, output=output_id, cause="not_confirmed"))

    def forget(self, input_id: str) -> None:
        """Forgets the chatter of an input that was removed."""
        self._chattering.discard(input_id)

    def forget_output(self, output_id: str) -> None:
        """Forgets the missing confirmation of an output that was removed or has another line."""
        self._unconfirmed.discard(output_id)

    def _record_chatter(self, input_id: str, contact: Contact, now: Now, *, raised: bool) -> None:
        entry = self._collector.journal("fault" if raised else "healed", now, input=input_id, cause="chatter")
        if raised:
            self._collector.event("fault", input_id, contact, entry, "chatter")

    def _run(self, alarm_input: AlarmInput, transition: Began | Retriggered | LinkageDue, now: Now) -> None:
        """Journals and publishes a begin or a re-trigger, then runs the transition's share of the linkage."""
        input_id = alarm_input.settings.id
        if not isinstance(transition, LinkageDue):
            self._collector.later(
                partial(self._record_begin, alarm_input, alarm_input.reading.contact, transition, now)
            )
            if alarm_input.settings.linkage.silence and transition.cause != "initial":
                self.silence(BY_INPUT)
        if transition.linkage in ("whole", "extend"):
            self._link(alarm_input, lambda output: output.source_began(input_id, now.monotonic))
        if transition.linkage == "extend":
            self._collector.later(partial(self._collector.add, ExtendLinkage(input=input_id)))
        if transition.linkage == "whole":
            self._run_actions(alarm_input, transition, now)

    def _record_begin(
        self, alarm_input: AlarmInput, contact: Contact, transition: Began | Retriggered, now: Now
    ) -> None:
        """Journals and publishes a begin or a re-trigger; the entry becomes the input's last alarm."""
        input_id = alarm_input.settings.id
        again = isinstance(transition, Retriggered) or transition.retrigger
        kind = "retrigger" if again else "alarm_begin"
        entry = self._collector.journal(
            kind,
            now,
            at=transition.at,
            input=input_id,
            cause=transition.cause,
            source_time=_source_time(alarm_input, transition.cause),
        )
        # Every whole linkage takes a picture, with the input's camera or the first one.
        takes_picture = transition.linkage == "whole" and bool(self._terminals.settings.cameras)
        picture = "taking" if takes_picture else None
        self._collector.event(kind, input_id, contact, entry, transition.cause, picture=picture)
        alarm_input.last_alarm, alarm_input.last_seq, alarm_input.last_id = entry.time, entry.seq, entry.id

    def _run_actions(self, alarm_input: AlarmInput, transition: Began | Retriggered | LinkageDue, now: Now) -> None:
        """Runs the actions of a whole linkage, with the channels that may be used now.

        An alarm that may send no mail, for the limits of mails, is counted and reported with the next mail.
        """
        channels = [channel for channel in CHANNELS if is_on(alarm_input.settings.linkage, channel)]
        held_back = alarm_input.held_back
        gap_s = 0.0 if self._terminals.settings.email is None else self._terminals.settings.email.min_gap_s
        limited = any(channel.limited for channel in channels)
        may = not limited or self.mail_limits.take(alarm_input.settings.id, now.monotonic, min_gap_s=gap_s)
        alarm_input.held_back = 0 if may else held_back + 1
        keys = tuple(channel.key for channel in channels if may or not channel.limited)
        self._collector.later(
            lambda: self._collector.add(
                RunLinkage(
                    input=alarm_input.settings.id,
                    cause=transition.cause,
                    seq=alarm_input.last_seq,
                    alarm=alarm_input.last_id,
                    time=alarm_input.last_alarm or now.local,
                    at=transition.at,
                    channels=keys,
                    held_back=held_back,
                )
            )
        )

    def _end(self, alarm_input: AlarmInput, ended: Ended, now: Now) -> None:
        """Journals and publishes the end of an alarm, and removes its demand from the outputs."""
        input_id = alarm_input.settings.id
        self._collector.later(partial(self._record_end, alarm_input, alarm_input.reading.contact, ended, now))
        for output_id, output in self._terminals.outputs.items():
            if input_id in output.sources or input_id in output.spent:
                output.source_ended(input_id)
                self._terminals.touch(output_id)

    def _record_end(self, alarm_input: AlarmInput, contact: Contact, ended: Ended, now: Now) -> None:
        input_id = alarm_input.settings.id
        entry = self._collector.journal(
            "alarm_end",
            now,
            at=ended.at,
            input=input_id,
            cause=ended.cause,
            seconds=ended.seconds,
            source_time=_source_time(alarm_input, ended.cause),
        )
        self._collector.event("alarm_end", input_id, contact, entry, ended.cause)
        self._collector.add(EndLinkage(input=input_id))

    def _link(self, alarm_input: AlarmInput, act: Callable[[AlarmOutput], None]) -> None:
        """Calls `act` with every output that the input is linked to, and touches the output."""
        for output_id in alarm_input.settings.linkage.outputs:
            act(self._terminals.outputs[output_id])
            self._terminals.touch(output_id)


def _source_time(alarm_input: AlarmInput, cause: str) -> str | None:
    """Returns the source's own time of a begin or an end that its report caused; None for every other cause."""
    if alarm_input.source_time is None or cause not in ("input", "restored"):
        return None
    return alarm_input.source_time.isoformat(timespec="milliseconds")
