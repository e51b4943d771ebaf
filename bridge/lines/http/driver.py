"""Line driver of calls and requests over HTTP (`behaviour.md` 10)."""

from __future__ import annotations

from bridge.core.definitions.http_lines import HttpSink, HttpSource
from bridge.core.definitions.inputs import InputSettings
from bridge.core.definitions.outputs import OutputSettings
from bridge.lines.far_terminals import FarOutput, FarTerminals, Put
from bridge.lines.hook_port import HookPort
from bridge.lines.http.http_input import HttpInput

# ruff: noqa: PLC0415 - the client is not imported for calls alone


class HttpLines(FarTerminals):
    """The `LineDriver` port on HTTP."""

    def __init__(self, port: HookPort) -> None:
        self._port = port
        super().__init__(make_input=self._input, make_output=self._output)

    def _input(self, settings: InputSettings, put: Put) -> HttpInput:
        assert isinstance(settings.line, HttpSource)  # noqa: S101 - the registry sends no other here
        return HttpInput(settings.id, settings.line, port=self._port, put=put)

    def _output(self, settings: OutputSettings, put: Put) -> FarOutput:
        from bridge.lines.http.client import HttpClient
        from bridge.lines.http.http_output import HttpOutput

        assert isinstance(settings.line, HttpSink)  # noqa: S101 - the registry sends no other here
        return HttpOutput(settings.id, settings.line, client=HttpClient(settings.line), put=put)
