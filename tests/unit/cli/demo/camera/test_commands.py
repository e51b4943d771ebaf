"""What a person commands the simulated camera, and what a client then sees of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bridge.cli.demo.camera.commands import INPUT, RELAY, CameraCommands
from bridge.cli.demo.camera.simulated_camera import SimulatedCamera
from bridge.errors import ActionFailed
from bridge.lines.onvif.client import Access
from bridge.lines.onvif.presence import anything_answers
from bridge.lines.onvif.survey import Survey, survey


def camera() -> SimulatedCamera:
    return SimulatedCamera(picture=lambda: b"", inputs=[INPUT], relays=[RELAY])


def ask(commands: CameraCommands, command: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(commands.obey(command))
    return answer


async def seen(one: SimulatedCamera) -> Survey:
    return await survey(one.address, Access(username=None, password=None, ca_file=None))


async def test_a_client_sees_its_lines_and_its_picture() -> None:
    with camera() as one:
        found = await seen(one)
    assert (found.model, found.inputs, found.missing) == ("alarm2mqtt simulated camera", (INPUT,), ())
    assert [each.token for each in found.relays] == [RELAY]
    assert [each.event for each in found.events] == ["motion"]
    assert found.snapshot == f"http://127.0.0.1:{one.port}/snapshot.jpg"


async def test_unplugged_it_cannot_be_reached_and_plugged_in_again_it_can() -> None:
    with camera() as one:
        commands = CameraCommands(one)
        assert ask(commands, "unplug") == {
            "ok": True,
            "plugged": False,
            "motion": False,
            "input": "disconnected",
            "relay": "inactive",
        }
        with pytest.raises(ActionFailed):
            await seen(one)
        assert ask(commands, "plug")["plugged"]
        assert ask(commands, "plug")["plugged"], "once more changes nothing"
        assert (await seen(one)).inputs == (INPUT,)


async def test_unplugged_it_keeps_its_port_and_does_not_even_answer_whether_it_is_there() -> None:
    with camera() as one:
        ask(CameraCommands(one), "unplug")
        with pytest.raises(OSError, match="address already in use"):
            await asyncio.start_server(lambda *_: None, "127.0.0.1", one.port)
        assert not await anything_answers([one.address])


async def test_its_alarm_input_and_motion_are_commanded_and_a_word_that_it_does_not_know_is_refused() -> None:
    with camera() as one:
        commands = CameraCommands(one)
        assert ask(commands, "connect")["input"] == "connected"
        assert ask(commands, "disconnect")["input"] == "disconnected"
        assert ask(commands, "motion")["motion"]
        assert ask(commands, "state")["motion"]
        assert ask(commands, "dance")["error"].startswith("dance is no command; there are: motion,")
