"""All inputs and outputs with the settings in force, and which of them a step has touched."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bridge.core.facts import StoredInput
from bridge.core.input import AlarmInput
from bridge.core.output import AlarmOutput

if TYPE_CHECKING:
    from bridge.core.contact import Level
    from bridge.settings.model import InputSettings, OutputSettings, Settings


class Terminals:
    """What the engine is about; ids are shared by nobody."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.inputs: dict[str, AlarmInput] = {}
        self.outputs: dict[str, AlarmOutput] = {}
        self.driven: dict[str, Level] = {}
        """The level that each output was last asked to be at."""
        self._touched: set[str] = set()

    def add_input(self, settings: InputSettings, stored: StoredInput | None) -> AlarmInput:
        """A new input, touched."""
        schedule = self.settings.schedule(settings.schedule)
        self.inputs[settings.id] = AlarmInput(settings, schedule, stored=stored)
        self.touch(settings.id)
        return self.inputs[settings.id]

    def add_output(self, settings: OutputSettings) -> AlarmOutput:
        """A new output, idle, touched."""
        output = AlarmOutput(settings, self.settings.schedule(settings.timing.schedule))
        self.outputs[settings.id] = output
        self.driven[settings.id] = output.level
        self.touch(settings.id)
        return output

    def touch(self, *terminals: str) -> None:
        """They are to be settled in this step."""
        self._touched.update(terminals)

    def touch_all(self) -> None:
        """All are to be settled in this step."""
        self._touched.update(self.inputs, self.outputs)

    def inputs_to_settle(self, now: float) -> list[AlarmInput]:
        """Inputs touched or due, in the order of the settings; they are untouched from here on."""
        return [each for each in self.inputs.values() if self._is_next(each.settings.id, each.due, now)]

    def outputs_to_settle(self, now: float) -> list[AlarmOutput]:
        """Outputs touched or due, in the order of the settings; they are untouched from here on."""
        return [each for each in self.outputs.values() if self._is_next(each.settings.id, each.due, now)]

    def dues(self) -> Iterable[float]:
        """When each wants to be settled next."""
        return (due for each in self._all() if (due := each.due) is not None)

    def doubt_schedules(self) -> None:
        """The wall clock or its zone is another: every schedule is asked again."""
        for each in self._all():
            each.gate.doubt()
        self.touch_all()

    def _all(self) -> tuple[AlarmInput | AlarmOutput, ...]:
        return (*self.inputs.values(), *self.outputs.values())

    def _is_next(self, terminal: str, due: float | None, now: float) -> bool:
        touched = terminal in self._touched
        self._touched.discard(terminal)
        return touched or (due is not None and due <= now)
