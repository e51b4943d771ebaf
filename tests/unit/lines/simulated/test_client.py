"""Clients of the simulated board: the one of tests and the demo, and that of a person at a shell."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from queue import Queue

import pytest
from words.waiting import until

from bridge.core.contact import Contact, Level
from bridge.core.definitions.settings import InputSettings, OutputSettings
from bridge.errors import BoardError
from bridge.lines.simulated.client import BoardClient, talk
from bridge.lines.simulated.driver import SimulatedLines


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "board.sock"


def board(path: Path) -> SimulatedLines:
    lines = SimulatedLines(socket=path)
    lines.request_output(OutputSettings(id="siren"), Level.LOW)
    lines.request_input(InputSettings(id="door"))
    lines.start(lambda _: None)
    return lines


def said(path: Path, command: str) -> list[str]:
    return list(talk(path, command))


async def test_a_command_at_a_shell_has_one_line_of_answer(path: Path):
    lines = board(path)
    (answer,) = await asyncio.to_thread(said, path, "contacts")
    assert json.loads(answer)["outputs"] == {"siren": "disconnected"}
    lines.close()


async def test_a_command_that_the_board_refuses_is_an_error_with_its_reason(path: Path):
    lines = board(path)
    with pytest.raises(BoardError, match="'window' is not here"):
        await asyncio.to_thread(said, path, "connect window")
    lines.close()


def test_without_a_board_the_error_names_the_place(path: Path):
    with pytest.raises(BoardError, match=rf"no simulated board listens at {path}: "):
        said(path, "contacts")


async def test_who_watches_at_a_shell_sees_each_change_until_the_board_hangs_up(path: Path):
    lines, seen = board(path), Queue()

    def watch() -> None:
        for line in talk(path, "watch"):
            seen.put(json.loads(line))

    watching = asyncio.create_task(asyncio.to_thread(watch))
    await until(lambda: seen.qsize() == 1, what="the contacts")
    lines.drive("siren", Level.HIGH)
    await until(lambda: seen.qsize() == 2, what="the change")
    lines.close()
    await asyncio.wait_for(watching, 5)
    assert seen.get()["outputs"] == {"siren": "disconnected"}
    assert (seen.get() | {"monotonic_ns": 0}) == {"output": "siren", "contact": "connected", "monotonic_ns": 0}


async def test_lines_break_and_heal_by_a_client_and_its_changes_come_in_order(path: Path):
    lines = board(path)
    async with await BoardClient.open(path) as hand, await BoardClient.open(path) as eye:
        await hand.fail("door")
        await hand.heal("door")
        await hand.connect("door")
        await hand.disconnect("door")
        assert (await eye.watch()).inputs == {"door": Contact.DISCONNECTED}
        for level in (Level.HIGH, Level.LOW):
            lines.drive("siren", level)
        changes = [await eye.change() for _ in range(2)]
        assert [change.contact for change in changes] == [Contact.CONNECTED, Contact.DISCONNECTED]
        assert changes[0].monotonic_ns <= changes[1].monotonic_ns
    lines.close()


async def test_a_board_that_breaks_off_is_an_error_and_the_end_is_none(path: Path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        client = await BoardClient.open(path)
        near, _ = listening.accept()
        client.post("contacts")
        await until(lambda: near.recv(100))
        near.close()  # what is not read yet makes it a reset
        with pytest.raises(BoardError, match=r"hung up|broke off"):
            await client.contacts()
        await client.close()
