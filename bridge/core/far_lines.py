"""Facts of far lines: reports of sources in other devices, and the fate of commands to sinks (`behaviour.md` 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.core.boot_hold import BootHold
from bridge.core.consequences import Consequences
from bridge.core.effect_collector import EffectCollector
from bridge.core.terminals import Terminals

if TYPE_CHECKING:
    from bridge.core import facts


class FarLines:
    """The engine's handlers of these facts. Each touches the terminal that it changes; an unknown one is ignored."""

    def __init__(
        self, terminals: Terminals, collector: EffectCollector, consequences: Consequences, hold: BootHold
    ) -> None:
        self._terminals = terminals
        self._collector = collector
        self._consequences = consequences
        self._hold = hold

    def contact_reported(self, fact: facts.ContactReported, now: facts.Now) -> None:
        """Processes a reported contact of an input; ignored while the input's line is lost."""
        alarm_input = self._terminals.inputs.get(fact.terminal)
        if alarm_input is None or alarm_input.lost is not None:
            return
        transitions = alarm_input.report(
            fact.contact,
            fact.at,
            is_event=fact.is_event,
            holding=not self._hold.over,
            source_time=fact.source_time,
        )
        self._consequences.carry(alarm_input, transitions, now)
        self._terminals.touch(fact.terminal)

    def message_ignored(self, fact: facts.MessageIgnored, now: facts.Now) -> None:
        """Counts a message of an input's source that means nothing."""
        del now
        if fact.terminal in self._terminals.inputs:
            self._terminals.inputs[fact.terminal].ignored += 1
            self._terminals.touch(fact.terminal)

    def sink_lost(self, fact: facts.SinkLost, now: facts.Now) -> None:
        """Journals that an output's device is out of reach, once; its demand goes on."""
        output = self._terminals.outputs.get(fact.terminal)
        if output is not None and output.unreachable is None:
            self._collector.journal("fault", now, output=fact.terminal, cause="line_fault", error=fact.problem)
            output.unreachable = fact.problem
            self._terminals.touch(fact.terminal)

    def sink_found(self, fact: facts.SinkFound, now: facts.Now) -> None:
        """Journals that an output's device is in reach again, once."""
        output = self._terminals.outputs.get(fact.terminal)
        if output is not None and output.unreachable is not None:
            self._collector.journal("healed", now, output=fact.terminal, cause="line_fault")
            output.unreachable = None
            self._terminals.touch(fact.terminal)

    def sink_reported(self, fact: facts.SinkReported, now: facts.Now) -> None:
        """Notes the contact that an output's device reports."""
        del now
        if fact.terminal in self._terminals.outputs:
            self._terminals.outputs[fact.terminal].confirmation.report(fact.contact)
            self._terminals.touch(fact.terminal)
