"""Line driver of inputs that are made of other inputs (`behaviour.md` 10)."""

from __future__ import annotations

from bridge.core.definitions.combined_lines import CombinedSource
from bridge.core.definitions.inputs import InputSettings
from bridge.lines.combined.combined_input import CombinedInput
from bridge.lines.far_terminals import FarTerminals, Put
from bridge.lines.view_port import ViewPort


class CombinedLines(FarTerminals):
    """The `LineDriver` port on published views."""

    def __init__(self, port: ViewPort) -> None:
        self._port = port
        super().__init__(make_input=self._input)

    def _input(self, settings: InputSettings, put: Put) -> CombinedInput:
        assert isinstance(settings.line, CombinedSource)  # noqa: S101 - the registry sends no other here
        return CombinedInput(settings.id, settings.line, port=self._port, put=put)
