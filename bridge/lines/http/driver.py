"""Line driver of calls and requests over HTTP (`behaviour.md` 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bridge.core.definitions.http_lines import HttpSink, HttpSource
from bridge.core.definitions.inputs import InputSettings
from bridge.core.definitions.outputs import OutputSettings
from bridge.lines.far_terminals import FarOutput, FarTerminals, Put
from bridge.lines.hook_port import HookPort
from bridge.lines.http.http_input import HttpInput

if TYPE_CHECKING:
    from bridge.lines.http.http_output import Client, HttpOutput

    MakeClient = Callable[[HttpSink], Client]

# ruff: noqa: PLC0415 - the client is not imported for calls alone


class HttpLines(FarTerminals):
    """The `LineDriver` port on HTTP; `client_of` makes the way to a device, by default an `HttpClient`."""

    def __init__(self, port: HookPort, *, client_of: MakeClient | None = None) -> None:
        self._port = port
        self._client_of = client_of
        self._last: dict[str, HttpOutput] = {}
        """The newest output of each terminal, which may be closed and still command its device to be idle."""
        super().__init__(make_input=self._input, make_output=self._output)

    def _input(self, settings: InputSettings, put: Put) -> HttpInput:
        assert isinstance(settings.line, HttpSource)  # noqa: S101 - the registry sends no other here
        return HttpInput(settings.id, settings.line, port=self._port, put=put)

    def _output(self, settings: OutputSettings, put: Put) -> FarOutput:
        from bridge.lines.http.client import HttpClient
        from bridge.lines.http.http_output import HttpOutput

        assert isinstance(settings.line, HttpSink)  # noqa: S101 - the registry sends no other here
        client = (self._client_of or HttpClient)(settings.line)
        output = HttpOutput(settings.id, settings.line, client=client, put=put)
        before = self._last.get(settings.id)
        if before is not None and output.commands_like(before):
            before.give_up()  # the new one commands the idle contact too, and no command of the old comes after it
        self._last[settings.id] = output
        return output
