"""Terminals whose lines are of several kinds, behind one driver."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from contract.line_rigs import Seen, until
from fakes.fake_kernel import FakeKernel

from bridge.core.contact import Contact, Level
from bridge.core.definitions.settings import InputSettings, LineByName, OutputSettings
from bridge.core.facts import LineLost
from bridge.errors import StartFailed
from bridge.lines.gpio.driver import GpiodLines
from bridge.lines.simulated.client import BoardClient
from bridge.lines.simulated.driver import SimulatedLines
from bridge.lines.terminal_lines import TerminalLines

LOW, HIGH = Level.LOW, Level.HIGH
GPIO = LineByName(name="SIREN")


class Scene:
    """A kernel and a board made of software; a terminal with a line is the kernel's, one without the board's."""

    def __init__(self, folder: Path, **drivers: Any) -> None:
        self.kernel, self.socket, self.seen = FakeKernel(), folder / "board.sock", Seen()
        self.opened: list[str] = []
        self.lines = TerminalLines(
            drivers={"gpio": self._gpio, "simulated": self._board} | drivers,
            key_of=lambda terminal: "gpio" if terminal.line else "simulated",
        )

    def _gpio(self) -> GpiodLines:
        self.opened.append("gpio")
        return GpiodLines(kernel=self.kernel)

    def _board(self) -> SimulatedLines:
        self.opened.append("simulated")
        return SimulatedLines(socket=self.socket)

    async def on_the_board(self) -> dict[str, Contact]:
        async with await BoardClient.open(self.socket) as board:
            return (await board.contacts()).outputs


async def test_a_driver_is_opened_when_its_first_terminal_is_requested_and_not_before(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.lines.request_output(OutputSettings(id="siren", line=GPIO), LOW)
    scene.lines.start(scene.seen)
    assert scene.opened == ["gpio"]
    scene.lines.request_input(InputSettings(id="door"))
    assert scene.opened == ["gpio", "simulated"]
    await until(lambda: scene.seen.words("door") == ["found", "high"])
    scene.lines.close()


async def test_a_terminal_that_moves_to_another_kind_is_released_there_and_requested_here(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.lines.request_output(OutputSettings(id="siren", line=GPIO), LOW)
    scene.lines.start(scene.seen)
    scene.lines.drive("siren", LOW)
    scene.lines.request_output(OutputSettings(id="siren"), LOW)
    assert scene.kernel.held == {}
    assert await scene.on_the_board() == {"siren": Contact.DISCONNECTED}
    scene.lines.drive("siren", HIGH)
    assert await scene.on_the_board() == {"siren": Contact.CONNECTED}
    assert scene.seen.words("siren") == ["found", "found"]
    scene.lines.request_output(OutputSettings(id="siren", line=GPIO), HIGH)
    assert scene.kernel.level("siren") is HIGH
    assert await scene.on_the_board() == {}
    scene.lines.close()


class Missing:
    """Opens the scene's kernel driver as soon as `there` is set; counts the tries until then."""

    def __init__(self) -> None:
        self.kernel, self.there, self.tries = FakeKernel(), False, 0

    def __call__(self) -> GpiodLines:
        self.tries += 1
        if not self.there:
            message = "GPIO lines need the gpiod package"
            raise StartFailed(message)
        return GpiodLines(kernel=self.kernel)


async def test_a_driver_that_cannot_be_opened_loses_its_terminals_and_no_others(tmp_path: Path) -> None:
    scene = Scene(tmp_path, gpio=Missing())
    scene.lines.request_input(InputSettings(id="door"))
    scene.lines.start(scene.seen)
    scene.lines.request_output(OutputSettings(id="siren", line=GPIO), LOW)
    scene.lines.drive("siren", HIGH)
    assert scene.seen.of("siren") == [LineLost(terminal="siren", problem="GPIO lines need the gpiod package")]
    assert scene.seen.words("door") == ["found", "high"]
    scene.lines.close()


@pytest.mark.parametrize("requested", ["before the start", "while running"])
async def test_a_driver_that_cannot_be_opened_is_opened_once_it_can_be_with_all_that_wait_for_it(
    tmp_path: Path, requested: str
) -> None:
    missing = Missing()
    scene = Scene(tmp_path, gpio=missing)
    if requested == "while running":
        scene.lines.start(scene.seen)
    scene.lines.request_output(OutputSettings(id="siren", line=GPIO), LOW)
    scene.lines.request_input(InputSettings(id="door", line=LineByName(name="DOOR")))
    if requested == "before the start":
        scene.lines.start(scene.seen)
    scene.lines.drive("siren", HIGH)
    asked = missing.tries
    await until(lambda: missing.tries > asked)
    assert (scene.seen.words("siren"), scene.seen.words("door")) == (["lost"], ["lost"])
    missing.there = True
    await until(lambda: scene.seen.words("door") == ["lost", "found", "high"])
    assert scene.seen.words("siren") == ["lost", "found"]
    assert missing.kernel.level("siren") is HIGH
    missing.kernel.outside("door", LOW)
    await until(lambda: scene.seen.words("door")[-1] == "low")
    scene.lines.drive("siren", LOW)
    assert missing.kernel.level("siren") is LOW
    scene.lines.close()
    assert missing.kernel.held == {}


async def test_a_request_opens_a_driver_for_those_that_wait_too(tmp_path: Path) -> None:
    missing = Missing()
    scene = Scene(tmp_path, gpio=missing)
    scene.lines.start(scene.seen)
    scene.lines.request_output(OutputSettings(id="siren", line=GPIO), HIGH)
    missing.there = True
    scene.lines.request_output(OutputSettings(id="lamp", line=LineByName(name="LAMP")), LOW)
    assert (scene.seen.words("siren"), scene.seen.words("lamp")) == (["lost", "found"], ["found"])
    assert (missing.kernel.level("siren"), missing.kernel.level("lamp")) == (HIGH, LOW)
    scene.lines.close()


@pytest.mark.virtual_time
async def test_a_driver_is_tried_ever_more_seldom_and_only_while_a_terminal_waits_for_it(tmp_path: Path) -> None:
    missing = Missing()
    scene = Scene(tmp_path, gpio=missing)
    scene.lines.start(scene.seen)
    scene.lines.request_output(OutputSettings(id="siren", line=GPIO), LOW)
    await asyncio.sleep(60)
    assert 8 <= missing.tries <= 11
    assert scene.seen.words("siren") == ["lost"], "reported once"
    scene.lines.release("siren")
    missing.there, before = True, missing.tries
    await asyncio.sleep(60)
    assert missing.tries == before
    scene.lines.request_output(OutputSettings(id="siren", line=GPIO), LOW)
    assert scene.seen.words("siren") == ["lost", "found"]
    scene.lines.close()


async def test_a_terminal_that_waits_and_moves_to_another_kind_is_there_at_once_and_waits_no_more(
    tmp_path: Path,
) -> None:
    missing = Missing()
    scene = Scene(tmp_path, gpio=missing)
    scene.lines.start(scene.seen)
    scene.lines.request_output(OutputSettings(id="siren", line=GPIO), LOW)
    scene.lines.request_output(OutputSettings(id="siren"), HIGH)
    assert await scene.on_the_board() == {"siren": Contact.CONNECTED}
    missing.there = True
    scene.lines.request_output(OutputSettings(id="lamp", line=LineByName(name="LAMP")), LOW)
    assert set(missing.kernel.held) == {"lamp"}
    scene.lines.drive("siren", LOW)
    assert await scene.on_the_board() == {"siren": Contact.DISCONNECTED}
    scene.lines.close()


def test_a_driver_that_cannot_be_opened_at_the_start_is_an_error_of_the_start(tmp_path: Path) -> None:
    with pytest.raises(StartFailed, match="gpiod package"):
        Scene(tmp_path, gpio=Missing()).lines.open("gpio")
