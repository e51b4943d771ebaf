"""Payloads against Home Assistant's own schemas, and our vocabulary against its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from words.descriptions import steps
from words.example_settings import BIG, SMALL, WITHOUT_ACTIONS

from bridge.core.definitions.settings import HomeAssistantSettings
from ha_discovery import (
    Availability,
    BinarySensor,
    Button,
    Device,
    DeviceTrigger,
    Discovery,
    Event,
    Image,
    Notify,
    Number,
    Origin,
    Select,
    Sensor,
    Siren,
    Switch,
    Text,
    device_payload,
    vocabulary,
)

pytestmark = pytest.mark.homeassistant

WITHOUT_PARTS = replace(BIG, inputs=(), outputs=())
WITHOUT_DISCOVERY = replace(BIG, home_assistant=HomeAssistantSettings(discovery=False))


def run(rig: Path, *arguments: str | Path) -> Any:
    done = subprocess.run(
        [sys.executable, rig / "validate.py", *arguments], check=False, capture_output=True, text=True
    )
    assert done.stdout, done.stderr
    return json.loads(done.stdout)


def findings(rig: Path, folder: Path, steps: list[tuple[str, str]]) -> list[Any]:
    files = [folder / f"{number}.json" for number in range(len(steps))]
    for file, (topic, payload) in zip(files, steps, strict=True):
        file.write_text(json.dumps({topic: payload}))
    found = run(rig, "--json", *files)
    assert len(found) == len(steps)
    return [one["found"] for one in found if one["found"]]


def test_home_assistants_schemas_find_nothing(rig: Path, tmp_path: Path) -> None:
    changes = {
        "small": (SMALL, None),
        "big": (BIG, None),
        "all parts removed": (WITHOUT_PARTS, BIG),
        "all actions removed": (WITHOUT_ACTIONS, BIG),
        "another device id": (SMALL, BIG),
        "discovery turned off": (WITHOUT_DISCOVERY, BIG),
    }
    messages = [step for settings, previous in changes.values() for step in steps(settings, previous)]
    assert len(messages) == 37
    assert findings(rig, tmp_path, [(topic, payload.decode()) for topic, payload in messages]) == []


def test_a_wrong_payload_would_be_found(rig: Path, tmp_path: Path) -> None:
    topic, payload = steps(SMALL)[1]
    wrong = payload.decode().replace('"device_class":"timestamp"', '"device_class":"timestmap"')
    assert findings(rig, tmp_path, [(topic, wrong)]) != []


def test_every_kind_with_every_key_is_what_home_assistant_takes(rig: Path, tmp_path: Path) -> None:
    described = device_payload(everything())
    assert findings(rig, tmp_path, [("homeassistant/device/all/config", json.dumps(described))]) == []


def test_the_vocabulary_is_home_assistants(rig: Path) -> None:
    words = run(rig, "--classes")
    known = {
        "binary_sensor.BinarySensorDeviceClass": vocabulary.BINARY_SENSOR_CLASSES,
        "button.ButtonDeviceClass": vocabulary.BUTTON_CLASSES,
        "event.EventDeviceClass": vocabulary.EVENT_CLASSES,
        "switch.SwitchDeviceClass": vocabulary.SWITCH_CLASSES,
        "sensor.SensorDeviceClass": vocabulary.SENSOR_CLASSES,
        "sensor.SensorStateClass": vocabulary.STATE_CLASSES,
        "number.NumberDeviceClass": vocabulary.NUMBER_CLASSES,
        "EntityCategory": vocabulary.ENTITY_CATEGORIES,
    }
    assert known == {name: set(words[name]) for name in known}
    units = {
        name: {unit.replace("None", "") for unit in taken} for name, taken in words["sensor.DEVICE_CLASS_UNITS"].items()
    }
    assert units == vocabulary.CLASS_UNITS


def everything() -> Discovery:
    """Each kind, with a value for as many keys as go together."""
    common: dict[str, Any] = {
        "name": "X",
        "icon": "mdi:bell",
        "enabled_by_default": False,
        "availability": Availability(topics=("a", "b"), payload_available="1", payload_not_available="0"),
        "qos": 2,
        "json_attributes_topic": "x/attributes",
        "json_attributes_template": "{{ value_json.x | to_json }}",
    }

    def said(what: str, category: str | None = "diagnostic") -> dict[str, Any]:
        return common | {"unique_id": f"all_{what}", "object_id": f"all_{what}", "entity_category": category}

    told: dict[str, Any] = {"state_topic": "x", "value_template": "{{ value }}"}
    set_: dict[str, Any] = {"command_topic": "x/set", "command_template": "{{ value }}"}
    two: dict[str, Any] = {"payload_on": "1", "payload_off": "0"}
    states: dict[str, Any] = {"state_on": "2", "state_off": "3", "optimistic": False, "retain": False}
    either: dict[str, Any] = {"optimistic": False, "retain": False}
    kinds = (
        BinarySensor(
            **said("door"), **told, **two, device_class="door", expire_after=60, off_delay=0, force_update=True
        ),
        Sensor(
            **said("time"), **told, device_class="duration", state_class="measurement", unit_of_measurement="s",
            suggested_display_precision=1, expire_after=60, force_update=False,
        ),
        Sensor(**said("word"), **told, device_class="enum", options=("a", "b")),
        Event(**said("bell"), **told, device_class="doorbell", event_types=("ring",)),
        Image(**said("picture"), image_topic="p", content_type="image/jpeg", image_encoding="raw"),
        Image(**said("link"), url_topic="p", url_template="{{ value }}"),
        Switch(**said("relay", "config"), **told, **set_, **two, **states, device_class="outlet"),
        Siren(
            **said("siren"), **set_, **two, **states, state_topic="x", state_value_template="{{ value }}",
            command_off_template="{{ value }}", available_tones=("a",), support_duration=False,
        ),
        Button(**said("open"), **set_, payload_press="", device_class="restart", retain=False),
        Notify(**said("say"), **set_, retain=False),
        Select(**said("mode", "config"), **told, **set_, **either, options=("a", "b")),
        Number(
            **said("level", "config"), **told, **set_, **either, min=-1.5, max=10, step=0.001, mode="box",
            device_class="duration", unit_of_measurement="ms",
        ),
        Text(**said("label", "config"), **told, **set_, **either, min=0, max=255, pattern="^[a-z]*$", mode="password"),
    )  # fmt: skip
    return Discovery(
        device=Device(
            name="All",
            identifiers=("all",),
            connections=(("mac", "02:00:00:00:00:01"),),
            manufacturer="M",
            model="M",
            model_id="M1",
            hw_version="1",
            sw_version="2",
            serial_number="3",
            via_device="hub",
            suggested_area="Gate",
            configuration_url="https://gate.example:8443/",
        ),
        origin=Origin(name="all2mqtt", sw_version="1", support_url="https://example.org/"),
        components={
            **{one.unique_id: one for one in kinds},
            "trigger": DeviceTrigger(
                topic="x", type="alarm begins", subtype="", payload="1", value_template="{{ value }}"
            ),
        },
        availability=Availability(topics=("a",), mode="any"),
        qos=0,
    )
