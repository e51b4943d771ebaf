"""The driver of lines over HTTP: an output whose settings change while its device does not answer."""

from __future__ import annotations

import asyncio

import pytest
from words.line_facts import Reports

from bridge.core.contact import Level
from bridge.core.definitions.field_types import Secret
from bridge.core.definitions.http_lines import HttpRequest, HttpSink
from bridge.core.definitions.outputs import OutputSettings
from bridge.errors import ActionFailed
from bridge.lines.hook_port import HookPort
from bridge.lines.http.driver import HttpLines

pytestmark = pytest.mark.virtual_time
LOW, HIGH = Level.LOW, Level.HIGH


class Gateway:
    """Several relays at one address, which answer or do not."""

    def __init__(self) -> None:
        self.is_away = False
        self.done: list[str] = []

    def shown(self, request: HttpRequest) -> str:
        del request
        return "http://gateway"

    async def send(self, request: HttpRequest) -> None:
        if self.is_away:
            message = "no answer"
            raise ActionFailed(message)
        self.done.append(request.url.reveal())


def relay(number: int, **more: str) -> OutputSettings:
    requests = (HttpRequest(url=Secret(f"{number} {word}")) for word in ("on", "off"))
    connected, disconnected = requests
    return OutputSettings(id="siren", line=HttpSink(connected=connected, disconnected=disconnected, **more))


@pytest.mark.parametrize(("number", "done"), [(1, ["1 on"]), (2, ["1 off", "2 on"])], ids=["same relay", "another"])
async def test_an_old_idle_command_comes_after_no_new_one_of_its_device_and_another_device_gets_it(number, done):
    gateway = Gateway()
    lines = HttpLines(HookPort(), client_of=lambda _: gateway)
    lines.request_output(relay(1), LOW)
    lines.start(Reports().put)
    await asyncio.sleep(0.1)
    gateway.done.clear()
    gateway.is_away = True
    lines.drive("siren", HIGH)
    await asyncio.sleep(0.1)
    lines.drive("siren", LOW)
    lines.release("siren")
    lines.request_output(relay(number, username="another"), LOW)
    lines.drive("siren", HIGH)
    await asyncio.sleep(0.2)
    gateway.is_away = False
    await asyncio.sleep(100)
    assert sorted(gateway.done) == done
    lines.close()
