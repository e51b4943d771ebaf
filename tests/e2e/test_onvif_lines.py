"""Inputs and outputs in cameras that speak ONVIF, with the whole program."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge, Ear
from servers.mosquitto import Mosquitto
from servers.onvif_camera import Habits, OnvifCamera
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

D = "alarm2mqtt/front-gate"


def parts(camera: OnvifCamera, *, after_s: float = 3) -> dict[str, Any]:
    return {
        "cameras": {"gate": {"onvif": camera.address, "username": "cam", "password": "pw"}},
        "inputs": [
            an_input(
                "door", line={"kind": "onvif_input", "camera": "gate", "token": "DI_1"}, outputs=["lamp"], quiet_s=0
            ),
            an_input(
                "moves",
                line={"kind": "onvif_event", "camera": "gate", "event": "motion"},
                outputs=["lamp", "siren"],
                quiet_s=0,
            ),
            an_input("gone", line={"kind": "camera_lost", "camera": "gate", "after_s": after_s}, quiet_s=0),
        ],
        "outputs": [
            an_output("lamp", follow_source=True),
            an_output("siren", line={"kind": "onvif_relay", "camera": "gate", "token": "RO_1"}, alarm_time_ms=10_000),
            an_output(
                "latch",
                line={"kind": "onvif_relay", "camera": "gate", "token": "RO_2", "mode": "bistable"},
                follow_source=True,
            ),
        ],
    }


def state(ear: Ear, part: str) -> dict[str, Any]:
    found = ear.last(f"{D}/{part}/attributes")
    return json.loads(found) if found else {}


def journal(ear: Ear, kind: str, **fields: str) -> list[dict[str, Any]]:
    entries = [heard.json for heard in ear.on(f"{D}/journal")]
    return [each for each in entries if each["kind"] == kind and all(each.get(key) == fields[key] for key in fields)]


@pytest.mark.parametrize(
    "habits", [Habits(), Habits(login="digest", other_host="10.1.1.1:81")], ids=["token", "digest"]
)
def test_a_cameras_events_drive_outputs_and_its_relays_are_outputs(tmp_path: Path, habits: Habits) -> None:
    with (
        Mosquitto(tmp_path / "broker") as broker,
        OnvifCamera(habits) as camera,
        Ear(broker.port, f"{D}/#") as ear,
        Bridge(tmp_path, broker.port, **parts(camera)) as bridge,
    ):
        wait_until(lambda: state(ear, "input/moves").get("contact") == "disconnected", what="the present state")
        wait_until(lambda: state(ear, "output/siren").get("confirmed") is True, what="the relay's first word")
        camera.motion(True)
        wait_until(lambda: bridge.contact("lamp") == "connected", what="the lamp")
        wait_until(lambda: camera.relays["RO_1"].active, what="the siren")
        assert (camera.relays["RO_1"].mode, camera.relays["RO_1"].delay) == ("Monostable", "PT10S")
        ear.wait_for_json(f"{D}/output/siren/attributes", lambda it: it["contact"] == "connected" and it["confirmed"])
        wait_until(lambda: journal(ear, "alarm_begin", input="moves"), what="the entry")
        assert "source_time" in journal(ear, "alarm_begin", input="moves")[0]
        camera.motion(False)
        wait_until(lambda: bridge.contact("lamp") == "disconnected", what="the end")
        ear.publish(f"{D}/output/siren/set", b"OFF")
        wait_until(lambda: not camera.relays["RO_1"].active, what="the stop")
        ear.publish(f"{D}/output/latch/set", b"ON")
        wait_until(lambda: camera.relays["RO_2"].active, what="the latch")
        camera.set_relay("RO_2", active=False)
        ear.wait_for_json(f"{D}/output/latch/attributes", lambda it: it["problem"] == "not_confirmed")
        camera.set_input("DI_1", True)
        ear.wait_for(f"{D}/input/door/alarm", b"ON")
    assert camera.calls.count("Unsubscribe") == 1


def test_a_camera_that_vanishes_is_unknown_and_lost_and_back_with_one_entry_each(tmp_path: Path) -> None:
    with (
        Mosquitto(tmp_path / "broker") as broker,
        OnvifCamera() as camera,
        Ear(broker.port, f"{D}/#") as ear,
        Bridge(tmp_path, broker.port, **parts(camera)),
    ):
        wait_until(lambda: state(ear, "input/moves").get("contact") == "disconnected", what="the present state")
        camera.motion(True)
        ear.wait_for(f"{D}/input/moves/alarm", b"ON")
        camera.stop()
        gone = time.monotonic()
        ear.wait_for_json(f"{D}/input/gone/attributes", lambda it: it["contact"] == "connected")
        assert 2.9 < time.monotonic() - gone < 8
        ear.wait_for_json(f"{D}/input/moves/attributes", lambda it: it["contact"] == "unknown")
        assert 9.5 < time.monotonic() - gone < 12.5
        assert ear.last(f"{D}/input/moves/alarm") == b"ON", "silence is no end"
        camera.motion_is = False
        camera.start()
        back = time.monotonic()
        ear.wait_for_json(f"{D}/input/moves/attributes", lambda it: it["contact"] == "disconnected")
        ear.wait_for_json(f"{D}/input/gone/attributes", lambda it: it["contact"] == "disconnected")
        assert time.monotonic() - back < 5.5
        wait_until(lambda: journal(ear, "alarm_end", input="moves"), what="the end")
        assert journal(ear, "alarm_end", input="moves")[0]["cause"] == "restored"
        assert len(journal(ear, "fault", input="moves")) == len(journal(ear, "healed", input="moves")) == 1
        assert len(journal(ear, "alarm_begin", input="gone")) == len(journal(ear, "alarm_end", input="gone")) == 1


def test_after_a_kill_safe_reaches_a_relay_within_three_seconds(tmp_path: Path) -> None:
    with (
        Mosquitto(tmp_path / "broker") as broker,
        OnvifCamera() as camera,
        Ear(broker.port, f"{D}/#") as ear,
        Bridge(tmp_path, broker.port, **parts(camera)) as bridge,
    ):
        wait_until(lambda: state(ear, "output/latch").get("confirmed") is True, what="the relay's first word")
        ear.publish(f"{D}/output/latch/set", b"ON")
        wait_until(lambda: camera.relays["RO_2"].active, what="the latch")
        bridge.signal(signal.SIGKILL)
        killed = time.monotonic()
        done = bridge.command("safe", str(bridge.file))
        assert (done.returncode, "latch: idle" in done.stdout) == (0, True), done.stderr
        assert not camera.relays["RO_2"].active
        assert time.monotonic() - killed < 3
        wait_until(lambda: camera.points == {}, what="the subscription is given back")


def test_safe_says_which_camera_it_did_not_reach(tmp_path: Path) -> None:
    with OnvifCamera() as camera:
        bridge = Bridge(tmp_path, 1, **parts(camera))
    done = bridge.command("safe", str(bridge.file))
    assert done.returncode == 1
    assert "lamp: idle" in done.stdout
    assert "siren: NOT IDLE: camera gate: cannot be reached" in done.stderr


def test_a_relay_out_of_reach_is_a_problem_that_clears_nothing_and_is_set_when_it_is_back(tmp_path: Path) -> None:
    with (
        Mosquitto(tmp_path / "broker") as broker,
        OnvifCamera() as camera,
        Ear(broker.port, f"{D}/#") as ear,
        Bridge(tmp_path, broker.port, **parts(camera)),
    ):
        wait_until(lambda: state(ear, "output/latch").get("confirmed") is True, what="the relay's first word")
        camera.stop()
        ear.publish(f"{D}/output/latch/set", b"ON")
        ear.wait_for_json(f"{D}/output/latch/attributes", lambda it: it["problem"] == "line_fault")
        assert ear.last(f"{D}/output/latch/state") == b"ON"
        camera.start()
        wait_until(lambda: camera.relays["RO_2"].active, what="the contact that holds")
        ear.wait_for_json(f"{D}/output/latch/attributes", lambda it: it["problem"] is None)


def test_a_camera_is_a_device_of_home_assistant_with_its_lines_behind_it(tmp_path: Path) -> None:
    with (
        Mosquitto(tmp_path / "broker") as broker,
        OnvifCamera() as camera,
        Ear(broker.port, "#") as ear,
        Bridge(tmp_path, broker.port, **parts(camera)) as bridge,
    ):
        ear.wait_for(f"{D}/camera/gate/availability", b"online")
        wait_until(lambda: ear.last("homeassistant/device/front-gate_door/config"), what="the descriptions")
        whole = ear.on("homeassistant/device/front-gate_camera_gate/config")[-1].json
        assert whole["device"]["via_device"] == "front-gate"
        (found,) = whole["components"].values()
        assert (found["unique_id"], found["platform"]) == ("front-gate_camera_gate_connection", "binary_sensor")
        assert found["state_topic"] == f"{D}/camera/gate/availability"
        door = ear.on("homeassistant/device/front-gate_door/config")[-1].json
        lamp = ear.on("homeassistant/device/front-gate_lamp/config")[-1].json
        assert door["device"]["via_device"] == "front-gate_camera_gate"
        assert lamp["device"]["via_device"] == "front-gate"
        camera.stop()
        ear.wait_for(f"{D}/camera/gate/availability", b"offline")
        bridge.write(outputs=[an_output("lamp")])
        ear.wait_for(f"{D}/camera/gate/availability", b"")
        ear.wait_for("homeassistant/device/front-gate_camera_gate/config", b"")


def test_the_picture_of_an_alarm_is_asked_of_the_camera(tmp_path: Path) -> None:
    with (
        Mosquitto(tmp_path / "broker") as broker,
        OnvifCamera() as camera,
        Ear(broker.port, f"{D}/#") as ear,
        Bridge(tmp_path, broker.port, **parts(camera)),
    ):
        wait_until(lambda: "GetStreamUri" in camera.calls, what="the addresses")
        wait_until(lambda: state(ear, "input/moves").get("contact") == "disconnected", what="the present state")
        camera.motion(True)
        wait_until(lambda: ear.last(f"{D}/snapshot/moves") == camera.picture, what="the picture")
