"""`make run` as a process: with a broker of its own, which never outlives it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import MAIN
from programs.mqtt_client import MqttClient
from servers.process import wait_until

from bridge.cli.demo.settings_file import settings_in
from bridge.lines.simulated.client import talk

pytestmark = pytest.mark.e2e


def brokers_of(folder: Path) -> list[str]:
    """Processes that were started with a file of this folder, the demo itself not counted."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (one / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if any(word.startswith(f"{folder}{os.sep}") for word in arguments):
            found.append(one.name)
    return found


@contextmanager
def demo_in(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A demo in `tmp_path / "demo"` whose page is up; the process, and the file of what it said."""
    said = tmp_path / "said"
    with said.open("wb") as output:
        process = subprocess.Popen([*MAIN, "demo", "--folder", str(tmp_path / "demo")], stdout=output, stderr=output)
    try:
        wait_until(lambda: "page at" in said.read_text(), what="the page")
        yield process, said
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=["ctrl-c", "window closed"])
def test_it_ends_with_ctrl_c_and_with_its_window_and_leaves_nothing_behind(tmp_path: Path, number: int) -> None:
    with demo_in(tmp_path) as (process, said):
        assert brokers_of(tmp_path / "demo")
        process.send_signal(number)
        assert process.wait(8) == 0
    assert "every output is idle" in said.read_text()
    assert brokers_of(tmp_path / "demo") == []


def test_its_broker_ends_although_it_was_killed(tmp_path: Path) -> None:
    with demo_in(tmp_path) as (process, _):
        assert brokers_of(tmp_path / "demo")
        process.kill()
        process.wait(8)
        wait_until(lambda: brokers_of(tmp_path / "demo") == [], what="the broker's end")


def test_the_life_of_an_nvr_can_be_played(tmp_path: Path) -> None:
    """A window on MQTT, motion and an alarm input before the camera, its relay, and its cable."""
    d = "alarm2mqtt/front-gate"
    with demo_in(tmp_path) as (process, said):
        port = int(re.findall(r"broker .* on 127\.0\.0\.1:(\d+)", said.read_text())[0])
        camera = tmp_path / "demo" / "camera.sock"
        (reads,) = talk(tmp_path / "demo" / "board.sock", "contacts")
        assert set(json.loads(reads)["outputs"]) == {"siren", "strobe"}, "the floodlight is the camera's"
        with MqttClient(port, f"{d}/#") as ear:

            def is_now(topic: str, payload: bytes) -> None:
                wait_until(lambda: ear.last(f"{d}/{topic}/state") == payload, what=f"{topic} {payload!r}")

            is_now("input/gate-motion", b"OFF")
            ear.publish("zigbee2mqtt/kitchen-window", '{"contact": false, "battery": 97}')
            is_now("input/kitchen-window", b"ON")
            is_now("output/siren", b"ON")
            [*talk(camera, "motion")]
            is_now("input/gate-motion", b"ON")
            wait_until(lambda: camera_is(camera)["relay"] == "active", what="the floodlight")
            wait_until(
                lambda: (ear.last(f"{d}/snapshot/gate-motion") or b"")[:3] == b"\xff\xd8\xff", what="the picture"
            )
            [*talk(camera, "connect")]
            is_now("input/gate-contact", b"ON")
            [*talk(camera, "unplug")]
            is_now("input/gate-lost", b"ON")
            [*talk(camera, "plug")]
            is_now("input/gate-lost", b"OFF")
        process.send_signal(signal.SIGINT)
        assert process.wait(8) == 0
    assert brokers_of(tmp_path / "demo") == []
    assert not camera.exists()
    assert "TRACEBACK" not in said.read_text().upper()


def test_its_settings_are_right_and_nothing_is_to_be_warned_of(tmp_path: Path) -> None:
    file = settings_in(tmp_path)
    checked = subprocess.run([*MAIN, "check", str(file)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, f"{file}: right; 6 inputs, 3 outputs\n")


def camera_is(socket: Path) -> dict[str, Any]:
    (line,) = talk(socket, "state")
    answer: dict[str, Any] = json.loads(line)
    return answer
