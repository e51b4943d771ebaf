"""What is found on a machine."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest
from words.store_probe import a_store, eventually

from bridge.cli.overview.invocation import caller
from bridge.cli.overview.running_bridges import RunningBridge
from bridge.cli.overview.situation import look
from bridge.core.definitions.settings import WebSettings
from bridge.core.effects import KeepArmed
from bridge.store.sqlite.connection import FILE_NAME
from bridge.system.page_address import answers, page_address

RIGHT = "web: {enabled: false}\nlines: {driver: simulated}\ninputs: [{id: door}]\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "etc" / "alarm2mqtt.yaml"


def write(file, text):
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def test_nothing_is_there(file):
    seen = look(file, bridges=[])
    assert (seen.there, seen.writable, seen.settings, seen.running, seen.faults) == (False, True, None, None, ())


def test_a_file_that_is_right(file):
    write(file, RIGHT)
    seen = look(file, bridges=[RunningBridge(process=1, command="run", file=file)])
    assert seen.settings is not None
    assert seen.running is not None
    assert (seen.is_default, seen.readable, seen.page) == (True, True, None)


def test_a_device_that_was_disarmed_is_seen_with_its_bridge_and_without(file, tmp_path):
    write(file, RIGHT + f"store: {{folder: {tmp_path / 'state'}}}\n")
    running = [RunningBridge(process=1, command="run", file=file)]
    assert look(file, bridges=[]).disarmed is False, "there is no store yet"
    for armed in (False, True):
        with a_store(tmp_path / "state") as probe:
            probe.store.perform(KeepArmed(armed=armed))
            eventually(lambda armed=armed: look(file, bridges=running).disarmed is not armed)
        assert look(file, bridges=[]).disarmed is not armed


def test_a_store_that_is_no_database_is_not_called_disarmed(file, tmp_path):
    write(file, RIGHT + f"store: {{folder: {tmp_path}}}\n")
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 100)
    assert look(file, bridges=[]).disarmed is False


def test_a_file_that_is_wrong(file):
    write(file, RIGHT + "inputz: 1\noutputz: 2\n")
    assert len(look(file, bridges=[]).faults) == 2


def test_a_password_that_is_not_there_is_a_fault_for_root(file):
    write(file, RIGHT + "mqtt: {username: a, password_file: /nowhere}\n")
    seen = look(file, bridges=[])
    # Anybody else may simply not be allowed to see it.
    assert bool(seen.faults) == (os.geteuid() == 0)
    assert seen.readable == (os.geteuid() == 0)


def test_without_a_file_another_bridge_is_meant_rather_one_started_here(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here, there = (
        RunningBridge(process=n, command="run", file=Path(at)) for n, at in ((3, tmp_path / "b"), (9, "/x/a"))
    )
    assert look(file, bridges=[here, there]).running == here
    assert look(file, bridges=[there]).running == there
    write(file, RIGHT)
    seen = look(file, bridges=[here, there])
    assert (seen.file, seen.running) == (file, None)


def test_a_folder_that_was_removed_is_no_obstacle(file, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert look(file, bridges=[RunningBridge(process=9, command="run", file=Path("/x/a"))]).file == Path("/x/a")


@pytest.fixture
def server():
    """A server of one question, which answers with what the test appends; its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        said: list[bytes] = []

        def serve():
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(said[0])

        thread = threading.Thread(target=serve, daemon=True)
        yield listening.getsockname()[1], said, thread
        if not thread.ident:
            return
        thread.join(5)


@pytest.mark.parametrize(
    ("answer", "is_ours"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nok", True),
        (b"HTTP/1.0 404 Not Found\r\n\r\n", False),
        (b"\xff\n", False),
        (b"", False),
    ],
)
def test_a_page_answers_or_does_not(server, answer, is_ours):
    port, said, thread = server
    said.append(answer)
    thread.start()
    assert answers(WebSettings(port=port)) == is_ours


def test_nobody_there_is_no_answer():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert not answers(WebSettings(port=port))


def test_a_page_for_everybody_is_named_by_the_machine():
    assert page_address(WebSettings(host="0.0.0.0")) == f"http://{os.uname().nodename}:8099/"  # noqa: S104 - as a person writes
    assert page_address(WebSettings(host="::1", port=80)) == "http://[::1]:80/"


def test_it_is_called_as_it_was_called(tmp_path, monkeypatch):
    program = tmp_path / "alarm2mqtt"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    far = caller(str(program), uid=1000)
    assert (far.me, far.as_root, far.sudo) == (str(program), f"sudo {program}", "sudo ")
    monkeypatch.setenv("PATH", str(tmp_path))
    near = caller(str(program), uid=1000)
    assert (near.me, near.as_root) == ("alarm2mqtt", f"sudo {program}")
    assert caller(str(program), uid=0).as_root == "alarm2mqtt"
    assert caller("/x/bridge/__main__.py", uid=0).me.endswith(" -m bridge")
