"""Line driver of the device's own health (`behaviour.md` 10)."""

from __future__ import annotations

from bridge.core.definitions.health_lines import HealthSource
from bridge.core.definitions.inputs import InputSettings
from bridge.lines.far_terminals import FarTerminals, Put
from bridge.lines.health.health_input import HealthInput
from bridge.lines.health_signals import HealthSignals


class HealthLines(FarTerminals):
    """The `LineDriver` port on the troubles of parts."""

    def __init__(self, signals: HealthSignals) -> None:
        self._signals = signals
        super().__init__(make_input=self._input)

    def _input(self, settings: InputSettings, put: Put) -> HealthInput:
        assert isinstance(settings.line, HealthSource)  # noqa: S101 - the registry sends no other here
        return HealthInput(settings.id, settings.line, signals=self._signals, put=put)
