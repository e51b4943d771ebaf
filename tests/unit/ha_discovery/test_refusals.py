"""What Home Assistant would refuse, drop or complain about is refused when it is described."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ha_discovery import (
    Availability,
    BinarySensor,
    Button,
    Device,
    Discovery,
    DiscoveryError,
    Entity,
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
    device_topic,
    removal_payload,
)

NAMED: dict[str, Any] = {"unique_id": "gate_x", "name": "X"}
TOLD: dict[str, Any] = {**NAMED, "state_topic": "gate/x"}
TOLD_TO: dict[str, Any] = {**NAMED, "command_topic": "gate/x/set"}
RANGE: dict[str, Any] = {**TOLD_TO, "min": 0, "max": 10}
ORIGIN = Origin(name="gate2mqtt")
DEVICE = Device(name="Gate", identifiers=("gate",))


def plain(kind: type[Entity]) -> Entity:
    """One of a kind with no more than it needs."""
    needs: dict[type[Entity], dict[str, Any]] = {
        BinarySensor: TOLD,
        Sensor: TOLD,
        Event: {**TOLD, "event_types": ("ring",)},
        Image: {**NAMED, "image_topic": "gate/picture"},
        Switch: TOLD_TO,
        Siren: TOLD_TO,
        Button: TOLD_TO,
        Notify: TOLD_TO,
        Select: {**TOLD_TO, "options": ("a", "b")},
        Number: RANGE,
        Text: TOLD_TO,
    }
    return kind(**needs[kind])


KINDS = (BinarySensor, Sensor, Event, Image, Switch, Siren, Button, Notify, Select, Number, Text)


@pytest.mark.parametrize("kind", KINDS)
def test_a_plain_one_of_each_kind_is_fine(kind: type[Entity]) -> None:
    said = plain(kind).config()
    assert said["platform"] == kind.platform
    assert None not in (value for key, value in said.items() if key != "name")


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "a unique id with a space": ("unique_id", lambda: Button(**{**TOLD_TO, "unique_id": "a b"})),
    "an empty unique id": ("unique_id", lambda: Button(**{**TOLD_TO, "unique_id": ""})),
    "a blank name": ("name", lambda: Button(**{**TOLD_TO, "name": " "})),
    "an object id that would be changed": ("object_id", lambda: Button(**TOLD_TO, object_id="front-gate")),
    "an icon without a prefix": ("icon", lambda: Button(**TOLD_TO, icon="bell")),
    "an unknown category": ("entity_category", lambda: Button(**TOLD_TO, entity_category="system")),
    "a sensor that is config": ("entity_category", lambda: Sensor(**TOLD, entity_category="config")),
    "a binary sensor that is config": ("entity_category", lambda: BinarySensor(**TOLD, entity_category="config")),
    "a quality of service that is none": ("qos", lambda: Button(**TOLD_TO, qos=3)),
    "an empty topic": ("state_topic", lambda: BinarySensor(**{**TOLD, "state_topic": ""})),
    "a topic that is too long": ("state_topic", lambda: BinarySensor(**{**TOLD, "state_topic": "a" * 65_536})),
    "a topic with a control character": ("state_topic", lambda: BinarySensor(**{**TOLD, "state_topic": "a\x85b"})),
    "a wildcard in a command topic": ("command_topic", lambda: Button(**{**TOLD_TO, "command_topic": "a/+"})),
    "half a plus": ("state_topic", lambda: BinarySensor(**{**TOLD, "state_topic": "a/b+"})),
    "a hash in the middle": ("state_topic", lambda: BinarySensor(**{**TOLD, "state_topic": "a/#/b"})),
    "half a hash": ("state_topic", lambda: BinarySensor(**{**TOLD, "state_topic": "a/b#"})),
    "attributes from a broken topic": ("json_attributes_topic", lambda: Button(**TOLD_TO, json_attributes_topic="")),
    "an unknown binary sensor class": ("device_class", lambda: BinarySensor(**TOLD, device_class="siren")),
    "on that is off": ("payload_off", lambda: BinarySensor(**TOLD, payload_on="OFF")),
    "a negative delay": ("off_delay", lambda: BinarySensor(**TOLD, off_delay=-1)),
    "a negative expiry": ("expire_after", lambda: BinarySensor(**TOLD, expire_after=-1)),
    "an unknown sensor class": ("device_class", lambda: Sensor(**TOLD, device_class="motion")),
    "an unknown state class": ("state_class", lambda: Sensor(**TOLD, state_class="sum")),
    "an enum without options": ("options", lambda: Sensor(**TOLD, device_class="enum")),
    "options without enum": ("options", lambda: Sensor(**TOLD, options=("a",))),
    "no options": ("options", lambda: Sensor(**TOLD, device_class="enum", options=())),
    "an option twice": ("options", lambda: Sensor(**TOLD, device_class="enum", options=("a", "a"))),
    "an option that means unknown": ("options", lambda: Sensor(**TOLD, device_class="enum", options=("None",))),
    "an option that is no state": ("options", lambda: Sensor(**TOLD, device_class="enum", options=("a" * 256,))),
    "an enum with a unit": (
        "unit_of_measurement",
        lambda: Sensor(**TOLD, device_class="enum", options=("a",), unit_of_measurement="s"),
    ),
    "a timestamp with a state class": (
        "state_class",
        lambda: Sensor(**TOLD, device_class="timestamp", state_class="measurement"),
    ),
    "a timestamp with a precision": (
        "suggested_display_precision",
        lambda: Sensor(**TOLD, device_class="timestamp", suggested_display_precision=1),
    ),
    "a negative precision": ("suggested_display_precision", lambda: Sensor(**TOLD, suggested_display_precision=-1)),
    "a blank unit": ("unit_of_measurement", lambda: Sensor(**TOLD, unit_of_measurement=" ")),
    "a unit of another class": (
        "unit_of_measurement",
        lambda: Sensor(**TOLD, device_class="duration", unit_of_measurement="m"),
    ),
    "no unit where one is needed": ("unit_of_measurement", lambda: Sensor(**TOLD, device_class="temperature")),
    "a state class of another device class": (
        "state_class",
        lambda: Sensor(**TOLD, device_class="energy", state_class="measurement", unit_of_measurement="kWh"),
    ),
    "an angle without degrees": ("unit_of_measurement", lambda: Sensor(**TOLD, state_class="measurement_angle")),
    "an event without types": ("event_types", lambda: Event(**TOLD, event_types=())),
    "an unknown event class": ("device_class", lambda: Event(**TOLD, event_types=("a",), device_class="bell")),
    "a doorbell that cannot ring": (
        "event_types",
        lambda: Event(**TOLD, event_types=("press",), device_class="doorbell"),
    ),
    "an image from nowhere": ("image_topic", lambda: Image(**NAMED)),
    "an image from two places": ("image_topic", lambda: Image(**NAMED, image_topic="a", url_topic="b")),
    "a content type of a URL": ("content_type", lambda: Image(**NAMED, url_topic="b", content_type="image/png")),
    "a URL template without a URL": ("url_template", lambda: Image(**NAMED, image_topic="a", url_template="{{ x }}")),
    "an unknown encoding": ("image_encoding", lambda: Image(**NAMED, image_topic="a", image_encoding="hex")),
    "an unknown switch class": ("device_class", lambda: Switch(**TOLD_TO, device_class="relay")),
    "a switch whose commands are one": ("payload_off", lambda: Switch(**TOLD_TO, payload_off="ON")),
    "a switch whose states are one": ("state_off", lambda: Switch(**TOLD_TO, state_on="1", state_off="1")),
    "a siren without tones": ("available_tones", lambda: Siren(**TOLD_TO, available_tones=())),
    "a siren whose states are one": ("state_off", lambda: Siren(**TOLD_TO, state_on="OFF")),
    "an unknown button class": ("device_class", lambda: Button(**TOLD_TO, device_class="test")),
    "a select without options": ("options", lambda: Select(**TOLD_TO, options=())),
    "a select of nothing": ("options", lambda: Select(**TOLD_TO, options=("none", "all"))),
    "a range that is none": ("max", lambda: Number(**{**RANGE, "max": 0})),
    "a range without end": ("min", lambda: Number(**{**RANGE, "max": float("inf")})),
    "a step that is too small": ("step", lambda: Number(**RANGE, step=0.0001)),
    "an unknown mode": ("mode", lambda: Number(**RANGE, mode="wheel")),
    "an unknown number class": ("device_class", lambda: Number(**RANGE, device_class="timestamp")),
    "a number in the wrong unit": (
        "unit_of_measurement",
        lambda: Number(**RANGE, device_class="duration", unit_of_measurement="cm"),
    ),
    "a text that is too long": ("max", lambda: Text(**TOLD_TO, max=256)),
    "a text that is shorter than itself": ("max", lambda: Text(**TOLD_TO, min=5, max=4)),
    "a text of a negative length": ("max", lambda: Text(**TOLD_TO, min=-1)),
    "an unknown text mode": ("mode", lambda: Text(**TOLD_TO, mode="secret")),
    "a pattern that matches anywhere": ("pattern", lambda: Text(**TOLD_TO, pattern="[a-z]")),
    "a pattern that is none": ("pattern", lambda: Text(**TOLD_TO, pattern="^[$")),
    "a device that is nobody": ("identifiers", lambda: Device(name="Gate")),
    "a device without a name": ("name", lambda: Device(name="", identifiers=("gate",))),
    "an empty identifier": ("identifiers", lambda: Device(name="Gate", identifiers=("",))),
    "an empty connection": ("connections", lambda: Device(name="Gate", connections=(("mac", ""),))),
    "a relative page": (
        "configuration_url",
        lambda: Device(name="Gate", identifiers=("gate",), configuration_url="/settings"),
    ),
    "a page without a host": (
        "configuration_url",
        lambda: Device(name="Gate", identifiers=("gate",), configuration_url="http://:80/"),
    ),
    "a page at no port": (
        "configuration_url",
        lambda: Device(name="Gate", identifiers=("gate",), configuration_url="http://gate:99999/"),
    ),
    "a page that is a file": ("support_url", lambda: Origin(name="x", support_url="ftp://gate/x")),
    "an origin without a name": ("name", lambda: Origin(name=" ")),
    "no topic of availability": ("topics", lambda: Availability(topics=())),
    "a topic of availability twice": ("topics", lambda: Availability(topics=("a", "a"))),
    "an unknown mode of availability": ("mode", lambda: Availability(topics=("a",), mode="most")),
    "online that is offline": ("payload_available", lambda: Availability(topics=("a",), payload_available="offline")),
    "a device without entities": ("components", lambda: Discovery(device=DEVICE, origin=ORIGIN, components={})),
    "a key with a space": (
        "components",
        lambda: Discovery(device=DEVICE, origin=ORIGIN, components={"a b": plain(Button)}),
    ),
    "a unique id twice": (
        "unique_id",
        lambda: Discovery(device=DEVICE, origin=ORIGIN, components={"a": plain(Button), "b": plain(Button)}),
    ),
    "a device's quality of service that is none": (
        "qos",
        lambda: Discovery(device=DEVICE, origin=ORIGIN, components={"a": plain(Button)}, qos=5),
    ),
    "a topic id with a slash": ("topic", lambda: device_topic("homeassistant", "a/b")),
    "a prefix with a wildcard": ("prefix", lambda: device_topic("home/#", "a")),
    "the removal of nothing": ("components", lambda: removal_payload(DEVICE, ORIGIN, {})),
    "the removal of an unknown platform": ("platform", lambda: removal_payload(DEVICE, ORIGIN, {"a": "relay"})),
    "the removal of a key with a space": ("components", lambda: removal_payload(DEVICE, ORIGIN, {"a b": "sensor"})),
}


@pytest.mark.parametrize("what", REFUSED)
def test_it_is_refused_and_said_where(what: str) -> None:
    key, make = REFUSED[what]
    with pytest.raises(DiscoveryError) as refusal:
        make()
    assert refusal.value.key == key
    assert key in str(refusal.value)
    assert isinstance(refusal.value, ValueError)


FINE: dict[str, Callable[[], object]] = {
    "a wildcard in a state topic": lambda: BinarySensor(**{**TOLD, "state_topic": "a/+/b/#"}),
    "all of a topic": lambda: BinarySensor(**{**TOLD, "state_topic": "#"}),
    "a power factor without a unit": lambda: Sensor(**TOLD, device_class="power_factor"),
    "an angle in degrees": lambda: Sensor(
        **TOLD, device_class="wind_direction", state_class="measurement_angle", unit_of_measurement="°"
    ),
    "money in any currency": lambda: Sensor(**TOLD, device_class="monetary", unit_of_measurement="EUR"),
    "the same unique id on two platforms": lambda: Discovery(
        device=DEVICE, origin=ORIGIN, components={"a": plain(Button), "b": plain(Switch)}
    ),
    "a page inside Home Assistant": lambda: Device(
        name="Gate", connections=(("mac", "02:00:00:00:00:01"),), configuration_url="homeassistant://config/logs"
    ),
    "a doorbell that rings": lambda: Event(**TOLD, event_types=("ring",), device_class="doorbell"),
    "a siren with tones": lambda: Siren(**TOLD_TO, available_tones=("fire",)),
    "a text that is anchored": lambda: Text(**TOLD_TO, pattern="^[a-z]*$", max=20),
    "a number with a unit": lambda: Number(**RANGE, device_class="duration", unit_of_measurement="ms", step=0.001),
}


@pytest.mark.parametrize("what", FINE)
def test_it_is_taken(what: str) -> None:
    assert FINE[what]()
