"""Inputs and outputs on topics of other devices, through a real broker."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge, Ear
from programs.mqtt_client import MqttClient
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

D = "alarm2mqtt/front-gate"
WINDOW = {
    "kind": "mqtt",
    "topic": "zigbee2mqtt/window",
    "path": "contact",
    "connected": False,
    "availability": "zigbee2mqtt/window/availability",
}
BELL = {"kind": "mqtt", "topic": "shellies/bell/event", "path": "event", "connected": "S", "hold_s": 1}
SIREN = {
    "kind": "mqtt",
    "topic": "hall-siren/set",
    "connected": '{"warning":{"duration":{seconds}}}',
    "disconnected": '{"warning":{"mode":"stop"}}',
    "state": {"topic": "hall-siren", "path": "alarm", "connected": True, "disconnected": False},
}


def parts(**window: Any) -> dict[str, Any]:
    return {
        "inputs": [
            an_input("window", line=WINDOW, outputs=["lamp", "siren"], quiet_s=0, **window),
            an_input("bell", line=BELL, outputs=["lamp"], quiet_s=0),
        ],
        "outputs": [an_output("lamp", follow_source=True), an_output("siren", line=SIREN, alarm_time_ms=30_000)],
    }


def state(ear: Ear, part: str) -> dict[str, Any]:
    found = ear.last(f"{D}/{part}/attributes")
    return json.loads(found) if found else {}


def test_devices_of_the_broker_are_inputs_and_outputs_like_any_other(tmp_path: Path) -> None:
    with (
        Mosquitto(tmp_path / "broker") as broker,
        MqttClient(broker.port) as client,
        Ear(broker.port, f"{D}/#", "hall-siren/set") as ear,
    ):
        client.publish(WINDOW["topic"], b'{"contact": true}', retain=True)
        with Bridge(tmp_path, broker.port, **parts()) as bridge:
            ear.wait_for("hall-siren/set", b'{"warning":{"mode":"stop"}}')
            wait_until(lambda: state(ear, "input/window").get("contact") == "disconnected", what="the retained state")

            client.publish(WINDOW["topic"], b'{"contact": false}')
            wait_until(lambda: bridge.contact("lamp") == "connected", what="the lamp")
            ear.wait_for("hall-siren/set", b'{"warning":{"duration":30}}')
            ear.wait_for(f"{D}/input/window/alarm", b"ON")

            client.publish("hall-siren", b'{"alarm": true}')
            wait_until(lambda: state(ear, "output/siren").get("confirmed") is True, what="the siren's word")

            client.publish(WINDOW["topic"], b'{"contact": true}')
            wait_until(lambda: bridge.contact("lamp") == "disconnected", what="the end")
            client.publish(BELL["topic"], b'{"event": "S"}')
            wait_until(lambda: bridge.contact("lamp") == "connected", what="the bell")
            wait_until(lambda: bridge.contact("lamp") == "disconnected", what="the end of the bell")

            client.publish(WINDOW["availability"], b"offline")
            ear.wait_for(f"{D}/input/window/availability", b"offline")
            wait_until(lambda: state(ear, "input/window").get("problem") == "line_fault", what="the fault")


def test_a_device_that_is_in_alarm_when_the_bridge_starts_begins_by_the_start_up_table(tmp_path: Path) -> None:
    with (
        Mosquitto(tmp_path / "broker") as broker,
        MqttClient(broker.port) as client,
        Ear(broker.port, f"{D}/journal") as ear,
    ):
        client.publish(WINDOW["topic"], b'{"contact": false}', retain=True)
        with Bridge(tmp_path, broker.port, **parts()):
            wait_until(lambda: _begun(ear) != [], what="the begin")
        assert _begun(ear) == ["initial"]
        with Bridge(tmp_path, broker.port, **parts()):
            wait_until(lambda: "resumed" in [each["kind"] for each in _entries(ear)], what="the resumption")


def test_a_topic_that_is_added_while_running_is_followed_at_once(tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "broker") as broker, MqttClient(broker.port) as client:
        client.publish("other", b"open", retain=True)
        with Bridge(tmp_path, broker.port, **parts()) as bridge, Ear(broker.port, f"{D}/#") as ear:
            ear.wait_for(f"{D}/availability", b"online")
            moved = parts()
            moved["inputs"][0]["line"] = {"kind": "mqtt", "topic": "other", "connected": "open"}
            bridge.write(**moved)
            wait_until(lambda: state(ear, "input/window").get("contact") == "connected", what="the new topic")


def test_a_stop_of_the_program_and_a_removal_turn_a_siren_on_the_broker_off(tmp_path: Path) -> None:
    off, on = b'{"warning":{"mode":"stop"}}', b'{"warning":{"duration":30}}'
    with Mosquitto(tmp_path / "broker") as broker, Ear(broker.port, f"{D}/#", "hall-siren/set") as ear:
        bridge = Bridge(tmp_path, broker.port, **parts())
        with bridge:
            ear.wait_for("hall-siren/set", off)
            ear.publish(f"{D}/output/siren/set", b"ON")
            ear.wait_for("hall-siren/set", on)
            without = parts()
            without["outputs"].pop()
            without["inputs"][0]["linkage"]["outputs"] = ["lamp"]
            bridge.write(**without)
            ear.wait_for("hall-siren/set", off)
            bridge.write(**parts())
            ear.wait_for_json(f"{D}/output/siren/attributes", lambda it: it["contact"] == "disconnected")
            wait_until(lambda: len(ear.on("hall-siren/set")) >= 4, what="the idle contact of the new output")
            ear.publish(f"{D}/output/siren/set", b"ON")
            ear.wait_for("hall-siren/set", on)
            assert bridge.stop() == 0
        ear.wait_for("hall-siren/set", off)


def test_after_a_kill_safe_silences_a_siren_on_the_broker(tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "broker") as broker, Ear(broker.port, "hall-siren/set") as ear:
        bridge = Bridge(tmp_path, broker.port, **parts())
        with bridge, MqttClient(broker.port) as client:
            ear.wait_for("hall-siren/set", b'{"warning":{"mode":"stop"}}')
            client.publish(f"{D}/output/siren/set", b"ON")
            ear.wait_for("hall-siren/set", b'{"warning":{"duration":30}}')
            bridge.signal(signal.SIGKILL)
            told = len(ear.on("hall-siren/set"))
            done = bridge.command("safe", str(bridge.file))
            assert (done.returncode, "siren: idle" in done.stdout) == (0, True), done.stderr
            wait_until(lambda: len(ear.on("hall-siren/set")) > told, what="the stop")
            assert ear.last("hall-siren/set") == b'{"warning":{"mode":"stop"}}'


def test_safe_says_which_device_it_did_not_reach(tmp_path: Path) -> None:
    bridge = Bridge(tmp_path, 1, **parts())
    done = bridge.command("safe", str(bridge.file))
    assert done.returncode == 1
    assert "lamp: idle" in done.stdout
    assert "siren: NOT IDLE: nobody listens at 127.0.0.1:1" in done.stderr


def _entries(ear: Ear) -> list[dict[str, Any]]:
    return [heard.json for heard in ear.on(f"{D}/journal")]


def _begun(ear: Ear) -> list[str]:
    return [entry["cause"] for entry in _entries(ear) if entry["kind"] == "alarm_begin"]
