"""Terminals whose lines are of several kinds, behind one driver."""

from __future__ import annotations

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


async def test_a_driver_that_cannot_be_opened_loses_its_terminals_and_no_others(tmp_path: Path) -> None:
    def missing() -> GpiodLines:
        message = "GPIO lines need the gpiod package"
        raise StartFailed(message)

    scene = Scene(tmp_path, gpio=missing)
    scene.lines.request_input(InputSettings(id="door"))
    scene.lines.start(scene.seen)
    scene.lines.request_output(OutputSettings(id="siren", line=GPIO), LOW)
    scene.lines.drive("siren", HIGH)
    assert scene.seen.of("siren") == [LineLost(terminal="siren", problem="GPIO lines need the gpiod package")]
    assert scene.seen.words("door") == ["found", "high"]
    scene.lines.close()


def test_a_driver_that_cannot_be_opened_at_the_start_is_an_error_of_the_start(tmp_path: Path) -> None:
    def missing() -> GpiodLines:
        message = "GPIO lines need the gpiod package"
        raise StartFailed(message)

    with pytest.raises(StartFailed, match="gpiod package"):
        Scene(tmp_path, gpio=missing).lines.open("gpio")
