"""`make run`: what it does when it runs already."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest

from bridge.cli.demo.companion import bound_socket, free_port
from bridge.cli.demo.demo import demo
from bridge.errors import StartFailed
from bridge.lines.simulated.board_lock import BoardLock, board_socket


def test_a_second_one_in_the_same_folder_starts_nothing_and_says_who_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALARM2MQTT_BOARD", raising=False)
    with (
        closing(BoardLock(board_socket(tmp_path))),
        pytest.raises(StartFailed, match=r"process \d+\): end that one first"),
    ):
        demo(tmp_path)
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "broker.log").exists()


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartFailed, match=r"file/demo cannot be used: Not a directory; name another one"):
        demo(tmp_path / "file" / "demo")


def test_a_port_on_which_connections_ended_a_moment_ago_is_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            served, _ = server.accept()
            served.close()  # The end that closes first is the one whose port is held.
            assert client.recv(1) == b""
        taken = free_port(port)
    assert taken != port, "somebody listens"
    assert free_port(port) == port


def test_a_socket_holds_its_port_from_the_first_moment_on() -> None:
    with bound_socket(0) as first:
        port = first.getsockname()[1]
        with bound_socket(port) as second:
            assert second.getsockname()[1] != port
