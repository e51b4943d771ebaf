"""All inputs and outputs with the settings in force, and which of them a step has touched.

It begins empty: `add_input` and `add_output` fill it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from bridge.core.alarm_input import AlarmInput
from bridge.core.alarm_output import AlarmOutput
from bridge.core.effects import DriveLine
from bridge.core.facts import StoredInput

if TYPE_CHECKING:
    from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings

Terminal = TypeVar("Terminal", AlarmInput, AlarmOutput)


class Terminals:
    """All inputs and outputs by their ids; an input and an output never share one."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.inputs: dict[str, AlarmInput] = {}
        self.outputs: dict[str, AlarmOutput] = {}
        self.driven: dict[str, DriveLine] = {}
        """The level that each output was last driven to, with the end of its demand if it is far."""
        self._armed = True
        self._touched: set[str] = set()
        self._dues: dict[str, float] = {}

    def add_input(
        self, settings: InputSettings, stored: StoredInput | None, *, stored_until: float = math.inf
    ) -> AlarmInput:
        """Adds an input and marks it touched. Returns it.

        An alarm in `stored` counts as an alarm until `stored_until` (monotonic), unless the start-up table decides
        before.
        """
        schedule = self.settings.schedule(settings.schedule)
        self.inputs[settings.id] = AlarmInput(
            settings, schedule, stored=stored, stored_until=stored_until, device_armed=self._armed
        )
        self.touch(settings.id)
        return self.inputs[settings.id]

    def add_output(self, settings: OutputSettings) -> AlarmOutput:
        """Adds an output without demand and marks it touched. Returns it.

        The caller requests its line at the idle level.
        """
        output = AlarmOutput(settings, self.settings.schedule(settings.timing.schedule))
        self.outputs[settings.id] = output
        self.driven[settings.id] = DriveLine(terminal=settings.id, level=output.level)
        self.touch(settings.id)
        return output

    def restore_silenced(self, stored: Mapping[str, StoredInput]) -> None:
        """Marks alarms silenced before the stop as silenced again, at those outputs to which they are still linked."""
        for source, alarm_input in self.inputs.items():
            if source in stored and stored[source].alarm:
                for output_id in stored[source].silenced.intersection(alarm_input.settings.linkage.outputs):
                    self.outputs[output_id].source_silenced(source)

    def silenced_at(self, source: str) -> frozenset[str]:
        """Returns the ids of the outputs at which an input's alarm was silenced by a stop."""
        return frozenset(output_id for output_id, output in self.outputs.items() if source in output.spent)

    @property
    def armed(self) -> bool:
        """Whether the device is armed; setting it touches every terminal, and inputs follow when they are settled."""
        return self._armed

    @armed.setter
    def armed(self, armed: bool) -> None:
        """Moves the switch of all inputs and touches every terminal."""
        self._armed = armed
        for alarm_input in self.inputs.values():
            alarm_input.device_armed = armed
        self.touch_all()

    def touch(self, *terminals: str) -> None:
        """Marks terminals to be settled in this step."""
        self._touched.update(terminals)

    def touch_all(self) -> None:
        """Marks all terminals to be settled in this step."""
        self._touched.update(self.inputs, self.outputs)

    def inputs_to_settle(self, now: float) -> list[AlarmInput]:
        """Returns the inputs that are touched or due, in the order of the settings, and unmarks them."""
        return self._next(self.inputs, now)

    def outputs_to_settle(self, now: float) -> list[AlarmOutput]:
        """Returns the outputs that are touched or due, in the order of the settings, and unmarks them."""
        return self._next(self.outputs, now)

    def settled(self, terminal: AlarmInput | AlarmOutput) -> None:
        """Records when a settled terminal is due next; the instant holds until the terminal is settled again."""
        due = terminal.due
        if due is None:
            self._dues.pop(terminal.settings.id, None)
        else:
            self._dues[terminal.settings.id] = due

    @property
    def due(self) -> float | None:
        """The earliest instant at which a terminal is to be settled; None if none is due."""
        return min(self._dues.values()) if self._dues else None

    def remove(self, terminal: str) -> None:
        """Removes an input or an output; an unknown one is ignored."""
        self.inputs.pop(terminal, None)
        if self.outputs.pop(terminal, None) is not None:
            del self.driven[terminal]
        self._touched.discard(terminal)
        self._dues.pop(terminal, None)

    def invalidate_schedules(self) -> None:
        """Makes every schedule be evaluated again in this step: the wall clock or its zone changed."""
        for alarm_input in self.inputs.values():
            alarm_input.schedule_gate.invalidate()
        for output in self.outputs.values():
            output.schedule_gate.invalidate()
        self.touch_all()

    def _next(self, terminals: dict[str, Terminal], now: float) -> list[Terminal]:
        """Returns those of `terminals` that are touched or due, in their order, and unmarks them."""
        touched, dues = self._touched, self._dues
        found = [
            each
            for terminal, each in terminals.items()
            if terminal in touched or (terminal in dues and dues[terminal] <= now)
        ]
        if touched:
            touched.difference_update(terminals)
        return found
