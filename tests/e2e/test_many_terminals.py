"""Many inputs and outputs: every message for Home Assistant stays small, and a restart brings all of it back."""

from __future__ import annotations

import json

import pytest
from programs.bridge import Bridge
from programs.mqtt_client import MqttClient
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
D = "alarm2mqtt/front-gate"
LARGEST = 32 * 1024


@pytest.mark.parametrize("count", [64, 200])
def test_a_bridge_with_many_terminals_is_online_again_after_a_restart(tmp_path, count):
    """The figure is measured on an idle machine; the limit here only tells it from never."""
    outputs = [an_output(f"out-{number}", kind="siren") for number in range(count)]
    inputs = [an_input(f"in-{number}", outputs=[f"out-{number}"]) for number in range(count)]
    (tmp_path / "bridge").mkdir()
    with Mosquitto(tmp_path / "broker") as broker:
        bridge = Bridge(tmp_path / "bridge", broker.port, inputs=inputs, outputs=outputs)
        for _ in range(2):
            with MqttClient(broker.port, f"{D}/availability", "homeassistant/device/#") as client, bridge:
                wait_until(lambda: client.last(f"{D}/availability") == b"online", within_s=40, what="online")
                descriptions = {one.topic: one.payload for one in client.heard if one.topic != f"{D}/availability"}
            assert len(descriptions) == 2 * count + 1
            assert max(map(len, descriptions.values())) <= LARGEST
        door = json.loads(descriptions["homeassistant/device/front-gate_in-1/config"])["components"]
        assert (door["in-1_links"]["platform"], "in-1_link_out-1" in door) == ("text", False)
        warnings = [line for line in bridge.said().splitlines() if "WARN" in line or "ERROR" in line]
        assert warnings == []
