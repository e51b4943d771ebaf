"""The checker and the copy of checked settings, around the real program."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from programs.bridge import MAIN, Bridge, Ear
from servers.mosquitto import Mosquitto
from words.builders import an_input, an_output
from words.waiting import wait_until

pytestmark = pytest.mark.e2e

PARTS = {"inputs": [an_input("door", outputs=["siren"])], "outputs": [an_output("siren")]}
SETTINGS = "alarm2mqtt/front-gate/input/door/settings"


@pytest.fixture
def broker(tmp_path):
    with Mosquitto(tmp_path / "broker") as running:
        yield running


@pytest.fixture
def ear(broker):
    with Ear(broker.port, "#") as ear:
        yield ear


def checkers(bridge: Bridge) -> list[int]:
    """The checker's processes that the daemon has begun, and that still run."""
    process = bridge.process.pid
    children = [
        int(child)
        for thread in Path(f"/proc/{process}/task").iterdir()
        for child in thread.joinpath("children").read_text().split()
    ]
    return [child for child in children if b"bridge.settings.checker" in Path(f"/proc/{child}/cmdline").read_bytes()]


def kept(bridge: Bridge) -> Path:
    return bridge.folder / "checked-settings.json"


def edit(ear: Ear, **patch: object) -> None:
    ear.publish(f"{SETTINGS}/set", json.dumps(patch).encode())


def is_announced(ear: Ear, **patch: object) -> None:
    ear.wait_for_json(SETTINGS, lambda settings: patch.items() <= settings.items())


def test_the_second_start_asks_no_checker_and_an_edit_does(tmp_path, broker, ear):
    with Bridge(tmp_path, broker.port, **PARTS) as bridge:
        ear.wait_for("alarm2mqtt/front-gate/availability", b"online")
        wait_until(kept(bridge).exists, what="the copy")
    ear.wait_for("alarm2mqtt/front-gate/availability", b"offline")
    with bridge:
        ear.wait_for("alarm2mqtt/front-gate/availability", b"online")
        assert checkers(bridge) == []
        first = kept(bridge).read_text()
        edit(ear, quiet_s=9)
        is_announced(ear, quiet_s=9)
        (checker,) = checkers(bridge)
        wait_until(lambda: kept(bridge).read_text() != first, what="a copy of the settings as they are now")
        os.kill(checker, signal.SIGKILL)
        edit(ear, quiet_s=10)
        is_announced(ear, quiet_s=10)
        assert checkers(bridge) not in ([], [checker])
        bridge.kill()
    with bridge:
        ear.wait_for("alarm2mqtt/front-gate/availability", b"online")
        assert checkers(bridge) == []
        is_announced(ear, quiet_s=10)


def test_a_checker_that_hangs_keeps_no_alarm_waiting_and_no_stop(tmp_path, broker, ear):
    with Bridge(tmp_path, broker.port, **PARTS) as bridge:
        ear.wait_for("alarm2mqtt/front-gate/availability", b"online")
        (checker,) = wait_until(lambda: checkers(bridge), what="the checker of the first start")
        os.kill(checker, signal.SIGSTOP)
        edit(ear, quiet_s=9)
        bridge.board("connect door")
        wait_until(lambda: bridge.contact("siren") == "connected", what="the siren")
        assert bridge.stop() == 0
        os.kill(checker, signal.SIGCONT)
        wait_until(lambda: not is_running(checker), what="its end")


def test_after_a_kill_the_checker_ends_as_well(tmp_path, broker, ear):
    with Bridge(tmp_path, broker.port, **PARTS) as bridge:
        ear.wait_for("alarm2mqtt/front-gate/availability", b"online")
        (checker,) = wait_until(lambda: checkers(bridge), what="the checker of the first start")
        bridge.kill()
        wait_until(lambda: not is_running(checker), what="its end")


def test_the_stop_hook_turns_the_siren_off_by_the_copy(tmp_path, broker):
    with Bridge(tmp_path, broker.port, **PARTS) as bridge:
        wait_until(kept(bridge).exists, what="the copy")
        bridge.board("connect door")
        wait_until(lambda: bridge.contact("siren") == "connected", what="the siren")
        bridge.kill()
        for copy_is_whole in (True, False):
            if not copy_is_whole:
                kept(bridge).write_text("half")
                board = tmp_path / "board.json"
                board.write_text(board.read_text().replace('"siren": "disconnected"', '"siren": "connected"'))
            done = subprocess.run(
                [sys.executable, "-X", "importtime", *MAIN[1:], "safe", str(bridge.file)],
                capture_output=True,
                text=True,
                timeout=30,
                check=False,
            )
            assert (done.returncode, done.stdout) == (0, "siren: idle (disconnected)\n")
            assert ("pydantic_core" in done.stderr) is not copy_is_whole
            assert json.loads((tmp_path / "board.json").read_text())["outputs"] == {"siren": "disconnected"}


def test_wrong_settings_end_the_start_with_everything_that_is_wrong(tmp_path):
    file = tmp_path / "gate.yaml"
    file.write_text("lines: {driver: simulated}\ninputs: [{id: door, debounce_ms: -1}, {id: door}]\n")
    done = subprocess.run([*MAIN, "run", str(file)], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr == (
        f"{file}:2: inputs[0].debounce_ms: is out of range (is -1; allowed: 0 to 10000)\n"
        f'{file}:2: inputs[1].id: is used by inputs[0] as well (is "door"; allowed: an id that no other input or '
        "output has)\n2 things are wrong in the settings\n"
    )


def test_a_file_that_is_not_there_is_named(tmp_path):
    done = subprocess.run(
        [*MAIN, "run", str(tmp_path / "gate.yaml")], capture_output=True, text=True, timeout=30, check=False
    )
    assert (done.returncode, "gate.yaml: cannot be read: No such file or directory" in done.stderr) == (2, True)


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
