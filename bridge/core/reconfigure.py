"""Settings changed while running: only what changed is touched (`behaviour.md` 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bridge.core.alarm_output import AlarmOutput
from bridge.core.arming import Arming
from bridge.core.consequences import Consequences
from bridge.core.effect_collector import EffectCollector
from bridge.core.effects import DriveLine, Effect, ReleaseLine, RequestInput, RequestOutput
from bridge.core.facts import Now
from bridge.core.terminals import Terminals

if TYPE_CHECKING:
    from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings

SettleOutput = Callable[[AlarmOutput, Now], None]


class Reconfiguration:
    """One change of settings, to new ones that are valid as a whole and in force already."""

    def __init__(
        self,
        terminals: Terminals,
        collector: EffectCollector,
        consequences: Consequences,
        arming: Arming,
        settle_output: SettleOutput,
    ) -> None:
        self._terminals = terminals
        self._collector = collector
        self._consequences = consequences
        self._arming = arming
        self._settle_output = settle_output
        self._requests: list[Effect] = []
        """Lines to ask for once all others have been let go: terminals may have swapped theirs."""

    def run(self, now: Now, *, clock_set: bool, holding: bool) -> None:
        """Applies the settings in force to all terminals, adds and removes some.

        The caller settles those that were touched.
        """
        new = self._terminals.settings
        inputs = {each.id: each for each in new.inputs}
        outputs = {each.id: each for each in new.outputs}
        for gone in [terminal for terminal in self._terminals.inputs if terminal not in inputs]:
            self._remove_input(gone, now)
        for gone in [terminal for terminal in self._terminals.outputs if terminal not in outputs]:
            self._remove_output(gone, now)
        self._unlink(inputs)
        for output in new.outputs:
            self._put_output(output, now)
        # Keys first: what they do to the armed switch counts for every other input in the same transition.
        for each in (one for one in new.inputs if one.linkage.disarm):
            self._put_input(each, now, clock_set=clock_set, holding=holding)
        others = [one for one in new.inputs if not one.linkage.disarm]
        for each in others:
            self._arming.forget(each.id, now)  # one that is a key no more must not end by its own hold on the switch
        for each in others:
            self._put_input(each, now, clock_set=clock_set, holding=holding)
        self._link()
        self._in_order(new)
        self._terminals.touch_all()
        self._collector.add(*self._requests)

    def _put_input(self, new: InputSettings, now: Now, *, clock_set: bool, holding: bool) -> None:
        """Adds an input, or applies new settings to one that exists; a line that changed is released and requested."""
        known = self._terminals.inputs.get(new.id)
        if known is None:
            self._terminals.add_input(new, None)
            self._requests.append(RequestInput(settings=new))
            return
        rewired = (new.line, new.bias) != (known.settings.line, known.settings.bias)
        if rewired and known.lost:
            self._collector.journal("healed", now, input=new.id, cause="settings")
        transitions = known.rewire(now.monotonic) if rewired else []
        schedule = self._terminals.settings.schedule(new.schedule)
        transitions += known.apply(new, schedule, now, clock_set=clock_set, holding=holding)
        self._consequences.carry(known, transitions, now)
        self._arming.follow(known, now)
        self._consequences.keep(known)
        if rewired:
            self._collector.add(ReleaseLine(terminal=new.id))
            self._requests.append(RequestInput(settings=new))

    def _put_output(self, new: OutputSettings, now: Now) -> None:
        """Adds an output, or applies new settings to one that exists.

        A line that changed is driven idle, released, requested.
        """
        known = self._terminals.outputs.get(new.id)
        if known is None:
            output = self._terminals.add_output(new)
            self._requests.append(RequestOutput(settings=new, level=output.level))
            return
        old = known.settings
        if (new.line, new.drive) != (old.line, old.drive):
            idle = known.idle_level
            self._collector.add(DriveLine(terminal=new.id, level=idle), ReleaseLine(terminal=new.id))
            if known.problem:
                self._collector.journal("healed", now, output=new.id, cause="settings")
            known.rewire()
            self._consequences.forget_output(new.id)
        known.apply(new, self._terminals.settings.schedule(new.timing.schedule), now.monotonic)
        if (new.line, new.drive) != (old.line, old.drive):
            self._terminals.driven[new.id] = DriveLine(terminal=new.id, level=known.idle_level)
            self._requests.append(RequestOutput(settings=new, level=known.idle_level))

    def _remove_input(self, terminal: str, now: Now) -> None:
        """Ends the input's alarm, then removes the input and releases its line."""
        gone = self._terminals.inputs[terminal]
        self._consequences.carry(gone, gone.remove(now.monotonic), now)
        self._arming.forget(terminal, now)
        self._consequences.forget(terminal)
        self._terminals.remove(terminal)
        self._collector.forget(terminal)
        self._collector.add(ReleaseLine(terminal=terminal))

    def _remove_output(self, terminal: str, now: Now) -> None:
        """Stops the output, then drives its line idle, releases the line and removes the output."""
        gone = self._terminals.outputs[terminal]
        gone.stop("settings", None)
        self._settle_output(gone, now)
        self._collector.add(DriveLine(terminal=terminal, level=gone.idle_level), ReleaseLine(terminal=terminal))
        self._consequences.forget_output(terminal)
        self._terminals.remove(terminal)
        self._collector.forget(terminal)

    def _unlink(self, inputs: dict[str, InputSettings]) -> None:
        """Ends an input as a source of each output that it is no longer linked to."""
        for output_id, output in self._terminals.outputs.items():
            for source in {*output.sources, *output.spent}:
                if source not in inputs or output_id not in inputs[source].linkage.outputs:
                    output.source_ended(source)

    def _link(self) -> None:
        """Adds each alarm that goes on to the sources of its linked outputs; a new link triggers nothing."""
        for source, alarm_input in self._terminals.inputs.items():
            if alarm_input.linked:
                for output_id in alarm_input.settings.linkage.outputs:
                    self._terminals.outputs[output_id].source_resumed(source)

    def _in_order(self, new: Settings) -> None:
        """Sorts inputs and outputs as the settings do."""
        self._terminals.inputs = {each.id: self._terminals.inputs[each.id] for each in new.inputs}
        self._terminals.outputs = {each.id: self._terminals.outputs[each.id] for each in new.outputs}
