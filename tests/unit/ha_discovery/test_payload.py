"""What goes over the wire."""

from __future__ import annotations

import doctest
import json

import pytest

import ha_discovery
from ha_discovery import (
    Availability,
    BinarySensor,
    Button,
    Device,
    Discovery,
    Origin,
    Siren,
    device_payload,
    device_topic,
    encode,
    removal_payload,
)

DOOR = BinarySensor(
    unique_id="gate_door",
    name="Door",
    object_id="gate_door",
    state_topic="gate/door",
    availability=Availability(topics=("gate/online", "gate/door/online"), payload_available="yes"),
)
GATE = Discovery(
    device=Device(name="Gate", identifiers=("gate",), connections=(("mac", "02:00:00:00:00:01"),)),
    origin=Origin(name="gate2mqtt", sw_version="1"),
    components={"door": DOOR, "open": Button(unique_id="gate_open", name=None, command_topic="gate/open")},
    availability=Availability(topics=("gate/online",), mode="latest", payload_not_available="no"),
    qos=1,
)


def test_only_what_was_said_is_in_the_payload() -> None:
    assert device_payload(GATE) == {
        "device": {"name": "Gate", "identifiers": ["gate"], "connections": [["mac", "02:00:00:00:00:01"]]},
        "origin": {"name": "gate2mqtt", "sw_version": "1"},
        "availability": [{"topic": "gate/online", "payload_not_available": "no"}],
        "availability_mode": "latest",
        "qos": 1,
        "components": {
            "door": {
                "platform": "binary_sensor",
                "unique_id": "gate_door",
                "name": "Door",
                "object_id": "gate_door",
                "default_entity_id": "binary_sensor.gate_door",
                "state_topic": "gate/door",
                "availability": [
                    {"topic": "gate/online", "payload_available": "yes"},
                    {"topic": "gate/door/online", "payload_available": "yes"},
                ],
                "availability_mode": "all",
            },
            "open": {"platform": "button", "unique_id": "gate_open", "name": None, "command_topic": "gate/open"},
        },
    }


def test_a_siren_always_says_what_home_assistant_would_take_for_granted() -> None:
    said = Siren(unique_id="s", name="S", command_topic="s/set", support_volume_set=False).config()
    assert (said["support_duration"], said["support_volume_set"]) == (True, False)


def test_a_removal_names_nothing_but_what_goes() -> None:
    assert removal_payload(GATE.device, GATE.origin, {"door": "binary_sensor"}) == {
        "device": GATE.device.config(),
        "origin": GATE.origin.config(),
        "components": {"door": {"platform": "binary_sensor"}},
    }


def test_bytes_are_utf8_and_read_back() -> None:
    assert encode({"name": "Tür"}) == '{"name":"Tür"}'.encode()
    assert json.loads(encode(device_payload(GATE))) == device_payload(GATE)


@pytest.mark.parametrize("prefix", ["homeassistant", "site/ha"])
def test_the_topic_is_the_devices(prefix: str) -> None:
    assert device_topic(prefix, "front-gate") == f"{prefix}/device/front-gate/config"


def test_the_example_of_the_documentation_works() -> None:
    assert doctest.testmod(ha_discovery).failed == 0
