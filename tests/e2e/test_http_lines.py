"""Calls over HTTP as inputs, and devices that obey requests as outputs, in the real program."""

from __future__ import annotations

import signal
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge, Ear
from programs.page import PagedBridge
from servers.http_device import PASSWORD, USER, HttpDevice
from servers.mosquitto import Mosquitto
from servers.process import free_port, wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e
D = "alarm2mqtt/front-gate"
TOKEN = "t0ken-of-the-bell"


def bell(folder: Path) -> dict[str, Any]:
    file = folder / "token"
    file.write_text(f"{TOKEN}\n")
    line = {"kind": "http", "token_file": str(file), "hold_s": 1}
    return an_input("bell", line=line, outputs=["lamp"], quiet_s=0)


def plug(port: int, **more: Any) -> dict[str, Any]:
    line = {
        "kind": "http", "username": USER, "password": PASSWORD,
        "connected": {"url": f"http://127.0.0.1:{port}/rpc?key={PASSWORD}", "body": '{"on": true}'},
        "disconnected": {"url": f"http://127.0.0.1:{port}/off"},
    }  # fmt: skip
    return an_output("plug", line=line, **more)


def call(port: int, path: str, body: str | None = None, **headers: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET" if body is None else "POST", path, body, headers)
    return connection.getresponse().status


def test_a_call_begins_an_alarm_that_ends_by_itself_or_lasts_as_it_says(tmp_path: Path) -> None:
    parts = {"inputs": [bell(tmp_path)], "outputs": [an_output("lamp", follow_source=True)]}
    with PagedBridge(tmp_path, **parts) as bridge:
        port = bridge.port_of_page
        right = {"Authorization": f"Bearer {TOKEN}"}
        assert call(port, "/hook/bell?token=wrong") == 401
        assert call(port, "/hook/bell", "<EventNotificationAlert/>", **right) == 204
        wait_until(lambda: bridge.contact("lamp") == "connected", what="the alarm")
        wait_until(lambda: bridge.contact("lamp") == "disconnected", what="its end")
        assert call(port, "/hook/bell?contact=connected", **right) == 204
        wait_until(lambda: bridge.contact("lamp") == "connected", what="the alarm that lasts")
        assert call(port, f"/hook/bell?contact=disconnected&token={TOKEN}") == 204
        wait_until(lambda: bridge.contact("lamp") == "disconnected", what="the end that was said")
        assert TOKEN not in bridge.said()


@pytest.mark.parametrize("login", ["basic", "digest"])
def test_a_device_obeys_requests_and_no_topic_and_no_log_has_its_secrets(tmp_path: Path, login: str) -> None:
    with (
        HttpDevice(login=login) as device,
        Mosquitto(tmp_path / "broker") as broker,
        Ear(broker.port, f"{D}/#") as ear,
        Bridge(tmp_path, broker.port, outputs=[plug(device.port)]) as bridge,
    ):
        wait_until(lambda: device.paths() == ["/off"], what="its idle contact")
        ear.wait_for(f"{D}/availability", b"online")
        ear.publish(f"{D}/output/plug/set", b"ON")
        wait_until(lambda: len(device.asked) == 2, what="the request")
        assert (device.asked[1].method, device.asked[1].body) == ("POST", '{"on": true}')
        ear.wait_for(f"{D}/output/plug/state", b"ON")
        device.status = 503
        ear.publish(f"{D}/output/plug/set", b"OFF")
        ear.wait_for(f"{D}/output/plug/availability", b"offline")
        device.status = 200
        tried = len(device.asked)
        ear.wait_for(f"{D}/output/plug/availability", b"online")
        assert device.paths()[tried:] == ["/off"]
        assert all(PASSWORD.encode() not in heard.payload for heard in ear.heard)
        assert PASSWORD not in bridge.said()


def test_a_stop_of_the_program_turns_a_device_off(tmp_path: Path) -> None:
    with HttpDevice(login="digest") as device, Mosquitto(tmp_path / "broker") as broker:
        bridge = Bridge(tmp_path, broker.port, outputs=[plug(device.port)])
        with bridge, Ear(broker.port, f"{D}/#") as ear:
            wait_until(lambda: device.paths() == ["/off"], what="its idle contact")
            ear.wait_for(f"{D}/availability", b"online")
            ear.publish(f"{D}/output/plug/set", b"ON")
            wait_until(lambda: len(device.asked) == 2, what="the request")
            assert bridge.stop() == 0
        wait_until(lambda: len(device.asked) == 3, what="the request of the stop")
        assert device.paths()[2] == "/off"


def test_after_a_kill_safe_stops_all_devices_at_once_and_names_the_one_that_does_not_answer(tmp_path: Path) -> None:
    with HttpDevice(login="digest") as device, HttpDevice() as dead:
        outputs = [plug(device.port), {**plug(dead.port), "id": "dead"}, {**plug(free_port()), "id": "gone"}]
        bridge = Bridge(tmp_path, 1, outputs=outputs)
        with bridge:
            wait_until(lambda: device.paths() == ["/off"], what="its idle contact")
            bridge.signal(signal.SIGKILL)
            dead.silent.set()
            begun = time.monotonic()
            done = bridge.command("safe", str(bridge.file))
            assert time.monotonic() - begun < 8, "three seconds, and the start of a program"
        assert done.returncode == 1
        assert "plug: idle" in done.stdout
        assert f"dead: NOT IDLE: http://127.0.0.1:{dead.port} does not answer" in done.stderr
        assert "gone: NOT IDLE" in done.stderr
        assert PASSWORD not in done.stdout + done.stderr
        assert device.paths() == ["/off", "/off"]


def test_a_kept_copy_of_the_settings_has_no_token_and_no_address(tmp_path: Path) -> None:
    with HttpDevice() as device:
        parts = {"inputs": [bell(tmp_path)], "outputs": [an_output("lamp"), plug(device.port)]}
        for _ in range(2):
            with PagedBridge(tmp_path, **parts):
                wait_until(lambda: device.paths()[-1:] == ["/off"], what="its idle contact")
                device.asked.clear()
        for file in tmp_path.rglob("*"):
            if file.is_file() and file.name not in ("alarm2mqtt.yaml", "token"):
                content = file.read_bytes()
                assert TOKEN.encode() not in content, file
                assert f"key={PASSWORD}".encode() not in content, file
