"""What was set up for mqtt-io goes on after `alarm2mqtt import mqtt-io`: command topics, levels, log-in."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from programs.bridge import MAIN, Bridge, Ear
from servers.mosquitto import Mosquitto

pytestmark = pytest.mark.e2e

ITS_SETTINGS = """\
mqtt: {host: 127.0.0.1, port: PORT, user: garage, password: "pass: #1", topic_prefix: home/garage}
gpio_modules: [{name: rpi, module: raspberrypi}]
digital_inputs: [{name: door, module: rpi, pin: 17, pullup: yes, retain: yes}]
digital_outputs:
  - {name: bell, module: rpi, pin: 22, timed_set_ms: 60000}
  - {name: lamp, module: rpi, pin: 23, inverted: yes}
"""


def test_commands_on_the_old_topics_are_obeyed_and_the_door_is_on_while_it_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Mosquitto(tmp_path / "broker", users={"garage": "pass: #1"}) as broker:
        source, file = tmp_path / "config.yml", tmp_path / "taken.yaml"
        source.write_text(ITS_SETTINGS.replace("PORT", str(broker.port)))
        words = ["import", "mqtt-io", str(source), str(file)]
        taken = subprocess.run([*MAIN, *words], capture_output=True, text=True, timeout=30, check=False)
        assert taken.returncode == 0, taken.stderr
        assert "pass: #1" not in taken.stdout + taken.stderr + file.read_text()
        monkeypatch.setenv("ALARM2MQTT_LINES__DRIVER", "simulated")
        monkeypatch.setenv("ALARM2MQTT_STORE__FOLDER", str(tmp_path))
        monkeypatch.setenv("ALARM2MQTT_WEB__ENABLED", "false")
        monkeypatch.setenv("ALARM2MQTT_DEVICE__STARTUP_GRACE_S", "0")
        bridge = Bridge(tmp_path, broker.port)
        bridge.file = file
        with Ear(broker.port, "home/garage/#", username="garage", password="pass: #1") as ear, bridge:
            ear.wait_for("home/garage/availability", b"online")
            ear.wait_for("home/garage/input/door/state", b"ON")  # a pull-up, and no contact to ground
            bridge.board("connect door")
            ear.wait_for("home/garage/input/door/state", b"OFF")
            ear.publish("home/garage/output/bell/set", "ON")
            ear.wait_for("home/garage/output/bell/state", b"ON")
            ear.wait_for_json(
                "home/garage/output/bell/attributes", lambda seen: 0 < (seen["remaining_ms"] or 0) <= 60_000
            )
            ear.publish("home/garage/output/bell/set", "OFF")
            ear.wait_for("home/garage/output/bell/state", b"OFF")
            ear.publish("home/garage/output/lamp/set", "ON")
            ear.wait_for("home/garage/output/lamp/state", b"ON")
