from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from contract.line_rigs import Seen, until

from bridge.core.contact import Contact, Level
from bridge.core.definitions.settings import InputSettings, LinesSettings, OutputSettings, Settings, StoreSettings
from bridge.core.facts import LineChanged
from bridge.errors import BoardError
from bridge.lines.made_safe import MadeSafe
from bridge.lines.safe import exit_code, safe
from bridge.lines.simulated.board_lock import board_socket
from bridge.lines.simulated.client import BoardClient
from bridge.lines.simulated.connection import MOST_UNSENT_BYTES
from bridge.lines.simulated.driver import SimulatedLines

CONNECTED, DISCONNECTED = Contact.CONNECTED, Contact.DISCONNECTED
LOW, HIGH = Level.LOW, Level.HIGH
PULSING = """
import asyncio, sys
from pathlib import Path
from bridge.core.contact import Level
from bridge.lines.simulated.driver import SimulatedLines
from bridge.core.definitions.settings import InputSettings, OutputSettings

async def main():
    lines = SimulatedLines(socket=Path(sys.argv[1]))
    lines.request_output(OutputSettings(id="siren"), Level.LOW)
    lines.request_output(OutputSettings(id="lock", valid_signal="disconnect"), Level.HIGH)
    lines.request_input(InputSettings(id="door"))
    lines.start(lambda fact: None)
    while True:
        lines.drive("siren", Level.HIGH)
        await asyncio.sleep(1)
        lines.drive("siren", Level.LOW)
        await asyncio.sleep(0.05)

asyncio.run(main())
"""


def board(folder: Path) -> SimulatedLines:
    """A driver with a door, a siren, and a lock that is idle connected."""
    lines = SimulatedLines(socket=folder / "board.sock")
    lines.request_output(OutputSettings(id="siren"), LOW)
    lines.request_output(OutputSettings(id="lock", valid_signal="disconnect"), HIGH)
    lines.request_input(InputSettings(id="door"))
    return lines


def of_board(folder: Path) -> Settings:
    outputs = (OutputSettings(id="siren"), OutputSettings(id="lock", valid_signal="disconnect"))
    return Settings(lines=LinesSettings(driver="simulated"), store=StoreSettings(folder=folder), outputs=outputs)


def kept(folder: Path) -> dict[str, dict[str, str]]:
    memory: dict[str, dict[str, str]] = json.loads((folder / "board.json").read_text())
    return memory


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("connect door", '{"ok": true}'),
        ("connect door\r", '{"ok": true}'),
        ("disconnect door", '{"ok": true}'),
        ("fail siren", '{"ok": true}'),
        ("contacts", '{"inputs": {"door": "disconnected"}, "outputs": {"lock": "connected", "siren": "disconnected"}}'),
        ("watch", '{"inputs": {"door": "disconnected"}, "outputs": {"lock": "connected", "siren": "disconnected"}}'),
        ("connect siren", "'siren' is an output: its contact is driven, not set; inputs are door"),
        ("connect window", "'window' is not here; inputs are door"),
        ("heal window", "'window' is not here; terminals are door, lock, siren"),
        ("connect", "'connect' is no command"),
        ("connect door door", "'connect door door' is no command"),
        ("dance", "'dance' is no command; there are connect ID, disconnect ID, fail ID, heal ID, contacts, watch"),
        ("", "'' is no command"),
    ],
)
def test_the_board_answers(tmp_path: Path, command: str, answer: str) -> None:
    lines = board(tmp_path)
    said = lines.obey(command)
    lines.close()
    assert said.endswith(b"\n")
    if answer.startswith("{"):
        assert json.loads(said) == json.loads(answer)
    else:
        assert json.loads(said)["ok"] is False
        assert json.loads(said)["error"].startswith(answer)


async def test_twenty_thousand_edges_in_bursts_come_whole_and_in_order(tmp_path: Path) -> None:
    seen = Seen()
    lines = board(tmp_path)
    lines.start(seen)
    seen.clear()
    async with await BoardClient.open(tmp_path / "board.sock") as client:
        for _ in range(20):
            await client.send(*["connect door", "disconnect door"] * 500)
    assert seen.words("door") == ["low", "high"] * 10_000
    lines.close()


async def test_a_client_that_sends_and_leaves_without_reading_is_obeyed(tmp_path: Path) -> None:
    seen = Seen()
    lines = board(tmp_path)
    lines.start(seen)
    seen.clear()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(tmp_path / "board.sock"))
        client.sendall(b"connect door\ndisconnect door\n" * 100 + b"connect door")
    await until(lambda: len(seen.facts) == 201)
    assert seen.words("door") == ["low", "high"] * 100 + ["low"]
    lines.close()


async def test_a_watcher_sees_every_change_with_its_time(tmp_path: Path) -> None:
    lines = board(tmp_path)
    lines.start(Seen())
    async with await BoardClient.open(tmp_path / "board.sock") as watcher:
        contacts = await watcher.watch()
        assert contacts.outputs == {"siren": DISCONNECTED, "lock": CONNECTED}
        before = time.monotonic_ns()
        lines.drive("siren", HIGH)
        lines.drive("siren", HIGH)
        lines.drive("lock", LOW)
        after = time.monotonic_ns()
        changes = [await watcher.change(), await watcher.change()]
        assert [(change.output, change.contact) for change in changes] == [("siren", CONNECTED), ("lock", DISCONNECTED)]
        assert before <= changes[0].monotonic_ns <= changes[1].monotonic_ns <= after
    lines.close()


async def test_a_watcher_that_does_not_read_is_thrown_out_and_holds_up_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lines = board(tmp_path)
    lines.start(Seen())
    with socket.socket(socket.AF_UNIX) as sleeper, caplog.at_level(logging.WARNING):
        sleeper.connect(str(tmp_path / "board.sock"))
        sleeper.sendall(b"watch\n")
        async with await BoardClient.open(tmp_path / "board.sock") as client:
            await client.contacts()  # the sleeper's command has been read too
            for _ in range(MOST_UNSENT_BYTES // 40):
                lines.drive("siren", HIGH)
                lines.drive("siren", LOW)
            assert "does not read" in caplog.text
            await client.connect("door")
    lines.close()


async def test_commands_are_left_unread_while_too_many_answers_are(tmp_path: Path) -> None:
    seen = Seen()
    lines = board(tmp_path)
    lines.start(seen)
    seen.clear()
    commands = b"connect door\ndisconnect door\n" * 100_000
    reader, writer = await asyncio.open_unix_connection(tmp_path / "board.sock", limit=64)
    writer.transport.pause_reading()  # type: ignore[attr-defined]
    writer.write(commands)
    await until(lambda: len(seen.facts) > 50_000)
    count = -1
    async with await BoardClient.open(tmp_path / "board.sock") as other:
        while count != len(seen.facts):
            count = len(seen.facts)
            await other.contacts()  # the driver had turns meanwhile, and used none for the first one's commands
    assert count < 200_000
    writer.transport.resume_reading()  # type: ignore[attr-defined]
    answers = 0
    while answers < 200_000:
        answers += (await reader.read(1 << 16)).count(b"\n")
    assert len(seen.facts) == 200_000
    writer.close()
    lines.close()


async def test_an_endless_command_is_refused_and_hung_up_on(tmp_path: Path) -> None:
    lines = board(tmp_path)
    lines.start(Seen())
    reader, writer = await asyncio.open_unix_connection(tmp_path / "board.sock")
    writer.write(b"connect " + b"x" * 3000)
    assert json.loads(await reader.readline())["ok"] is False
    assert await reader.read() == b""
    writer.close()
    lines.close()


async def test_contacts_outlive_the_driver(tmp_path: Path) -> None:
    lines = board(tmp_path)
    lines.start(Seen())
    lines.drive("siren", HIGH)
    async with await BoardClient.open(tmp_path / "board.sock") as client:
        await client.send("connect door", "fail lock")
    lines.close()
    assert not (tmp_path / "board.sock").exists()
    assert kept(tmp_path) == {
        "inputs": {"door": "connected"},
        "outputs": {"lock": "connected", "siren": "connected"},
        "failed": ["lock"],
    }
    seen = Seen()
    again = board(tmp_path)
    again.start(seen)
    assert seen.words("door") == ["found", "low"]
    assert seen.words("lock") == ["lost"]
    assert kept(tmp_path)["outputs"] == {"lock": "connected", "siren": "disconnected"}, "driven idle in the request"
    again.close()


async def test_a_contact_of_a_failed_line_is_moved_but_seen_only_when_it_heals(tmp_path: Path) -> None:
    seen = Seen()
    lines = board(tmp_path)
    lines.start(seen)
    seen.clear()
    async with await BoardClient.open(tmp_path / "board.sock") as client:
        await client.send("fail door", "fail door", "connect door")
        assert (await client.contacts()).inputs == {"door": CONNECTED}
        assert seen.words("door") == ["lost"]
        await client.send("heal door", "heal door")
        assert seen.words("door") == ["lost", "found", "low"]
    lines.close()


async def test_a_client_learns_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="no simulated board listens"):
        await BoardClient.open(tmp_path / "board.sock")
    lines = board(tmp_path)
    lines.start(Seen())
    client = await BoardClient.open(tmp_path / "board.sock")
    with pytest.raises(BoardError, match="connect window: 'window' is not here"):
        await client.send("connect door", "connect window", "disconnect door")
    lines.close()
    with pytest.raises(BoardError, match=r"hung up|broke off"):
        await client.contacts()
    await client.close()


async def test_the_time_of_an_edge_is_that_of_its_command(tmp_path: Path) -> None:
    seen = Seen()
    lines = board(tmp_path)
    before = time.monotonic()
    lines.obey("connect door")
    after = time.monotonic()
    lines.start(seen)
    fact = seen.facts[-1]
    assert isinstance(fact, LineChanged)
    assert before <= fact.at <= after
    lines.close()


def test_a_second_daemon_is_refused_with_the_first_ones_process(tmp_path: Path) -> None:
    lines = board(tmp_path)
    with pytest.raises(BoardError, match=rf"held by another alarm2mqtt \(process {os.getpid()}\)"):
        board(tmp_path)
    assert (tmp_path / "board.sock").exists(), "the first one's socket is left alone"
    lines.close()
    board(tmp_path).close()


def test_a_socket_that_a_dead_process_left_is_replaced(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "board.sock"))
    board(tmp_path).close()


def test_what_is_not_the_boards_own_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "board.sock"
    path.write_text("a letter")
    with pytest.raises(BoardError, match="no socket"):
        board(tmp_path)
    assert path.read_text() == "a letter"
    path.unlink()
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        with pytest.raises(BoardError, match="another program listens"):
            board(tmp_path)
    path.unlink()
    board(tmp_path).close()


def test_a_path_too_long_for_a_socket_is_told(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="107 bytes"):
        board(tmp_path / ("x" * 120))


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_refused_start_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "board.sock").write_text("a letter")
    with pytest.raises(BoardError):
        board(tmp_path)
    gc.collect()
    (tmp_path / "board.sock").unlink()
    board(tmp_path).close()


def test_the_environment_says_where_the_board_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALARM2MQTT_BOARD", raising=False)
    assert board_socket(tmp_path) == tmp_path / "board.sock"
    monkeypatch.setenv("ALARM2MQTT_BOARD", str(tmp_path / "other.sock"))
    assert board_socket(tmp_path) == tmp_path / "other.sock"


async def test_a_card_that_cannot_be_written_is_told_once_and_the_lines_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seen = Seen()
    with caplog.at_level(logging.WARNING):
        (tmp_path / ".board.json.new").mkdir()  # where the next file would be made
        lines = board(tmp_path)
        lines.start(seen)
        lines.obey("connect door")
        lines.drive("siren", HIGH)
        assert seen.words("door") == ["found", "high", "low"]
        assert caplog.text.count("cannot keep its contacts") == 1
        (tmp_path / ".board.json.new").rmdir()
        lines.obey("disconnect door")
        assert kept(tmp_path)["outputs"]["siren"] == "connected"
        lines.close()


async def test_killed_in_a_pulse_the_file_tells_the_truth_and_safe_makes_it_idle(tmp_path: Path) -> None:
    path = tmp_path / "board.sock"
    daemon = subprocess.Popen([sys.executable, "-c", PULSING, str(path)])
    try:
        await until(path.exists)
        alive = safe(of_board(tmp_path))
        assert exit_code(alive) == 1
        assert all(f"process {daemon.pid}" in str(result.problem) for result in alive)
        async with await BoardClient.open(path) as watcher:
            await watcher.watch()
            while (await watcher.change()).contact is not CONNECTED:
                pass
    finally:
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
    assert kept(tmp_path)["outputs"] == {"siren": "connected", "lock": "connected"}
    results = safe(of_board(tmp_path))
    assert results == [MadeSafe(output="siren", contact=DISCONNECTED), MadeSafe(output="lock", contact=CONNECTED)]
    assert exit_code(results) == 0
    assert kept(tmp_path)["outputs"] == {"siren": "disconnected", "lock": "connected"}
    assert kept(tmp_path)["inputs"] == {"door": "disconnected"}
    board(tmp_path).close()


def test_safe_without_a_board_makes_one_with_idle_outputs(tmp_path: Path) -> None:
    assert exit_code(safe(of_board(tmp_path / "new"))) == 0
    assert kept(tmp_path / "new")["outputs"] == {"siren": "disconnected", "lock": "connected"}


def test_safe_says_which_output_it_could_not_drive(tmp_path: Path) -> None:
    (tmp_path / "board.json").write_text('{"outputs": {"siren": "connected"}, "failed": ["siren"]}')
    results = safe(of_board(tmp_path))
    assert [result.problem is None for result in results] == [False, True]
    assert exit_code(results) == 1
    assert kept(tmp_path)["outputs"] == {"siren": "connected", "lock": "connected"}


def test_safe_never_raises_when_the_board_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    results = safe(of_board(tmp_path / "file"))
    assert [result.output for result in results] == ["siren", "lock"]
    assert all("cannot be opened" in str(result.problem) for result in results)
