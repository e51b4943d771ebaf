"""Bridges among the processes of a machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bridge.cli.overview.running_bridges import RunningBridge, running_bridges

DEFAULT = Path("/etc/alarm2mqtt/alarm2mqtt.yaml")


@pytest.fixture
def proc(tmp_path):
    """Adds a process: its number, its words, and the folder it was started in."""

    def add(number: int, *words: str, folder: str | None = "/home/me") -> None:
        entry = tmp_path / str(number)
        entry.mkdir()
        (entry / "cmdline").write_bytes("\0".join([*words, ""]).encode())
        if folder is not None:
            (entry / "cwd").symlink_to(folder)

    add.path = tmp_path
    return add


def found(proc):
    return running_bridges(DEFAULT, proc=proc.path)


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (("/opt/alarm2mqtt/bin/python3", "/opt/alarm2mqtt/bin/alarm2mqtt", "run", str(DEFAULT)), DEFAULT),
        (("python", "/usr/bin/alarm2mqtt", "run"), DEFAULT),
        (("python", "-P", "-m", "bridge", "run", "../gate.yaml"), Path("/home/gate.yaml")),
        (("python", ".venv/bin/alarm2mqtt", "demo"), Path("/home/me/.demo/alarm2mqtt.yaml")),
        (("python", "alarm2mqtt", "demo", "--folder", "play"), Path("/home/me/play/alarm2mqtt.yaml")),
        (("python", "alarm2mqtt", "demo", "--folder=/srv/play"), Path("/srv/play/alarm2mqtt.yaml")),
    ],
)
def test_a_bridge_is_known_by_its_command_line(proc, words, file):
    proc(7, *words)
    (one,) = found(proc)
    assert (one.process, one.file) == (7, file)
    assert one.command in words


def test_other_processes_and_other_commands_are_none(proc):
    proc(1, "/sbin/init")
    proc(2, "python", "alarm2mqtt", "check", "run")
    proc(3, "vi", "alarm2mqtt")
    proc(4, "python", "-m", "bridge")
    proc(5)
    proc(6, "tail", "bridge", "run")
    (proc.path / "meminfo").touch()
    (proc.path / "8").mkdir()  # it ended while we looked
    proc(os.getpid(), "alarm2mqtt", "run")
    assert found(proc) == []


def test_a_guard_and_its_daemon_are_one_bridge(proc):
    proc(1, "python", "alarm2mqtt", "guard", "/config/a.yaml")
    proc(9, "python", "-P", "-m", "bridge", "run", "/config/a.yaml")
    assert found(proc) == [RunningBridge(process=9, command="run", file=Path("/config/a.yaml"))]


def test_a_process_of_another_user_may_hide_its_folder(proc):
    proc(9, "python", "alarm2mqtt", "run", "/config/a.yaml", folder=None)
    assert found(proc)[0].file == Path("/config/a.yaml")
