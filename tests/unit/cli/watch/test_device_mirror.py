"""What is known of a device from what it said."""

from __future__ import annotations

import dataclasses
import json

from fakes.mqtt_bridge import D, an_entry, an_input_view, an_output_view
from words.builders import an_input, an_output, settings_of

from bridge.cli.watch.device_mirror import MOST_ENTRIES, MOST_PARTS, DeviceMirror
from bridge.mqtt import payloads
from bridge.mqtt.messages import Incoming
from bridge.mqtt.publishing.settings_payloads import device_settings, input_settings

SETTINGS = settings_of(
    an_input("door", name="Door"), an_input("window"), an_output("siren", name="Siren"), device={"name": "Front gate"}
)


def told(topic, payload):
    return Incoming(topic=f"{D}/{topic}", payload=payload, retained=True)


def tell_input(picture, view):
    stem = f"input/{view.id}"
    picture.take(told(f"{stem}/availability", payloads.online(view.available)))
    picture.take(told(f"{stem}/attributes", payloads.input_attributes(view)))
    picture.take(told(f"{stem}/alarm", payloads.on_off(view.alarm)))
    return picture.take(told(f"{stem}/state", payloads.on_off(view.tripped)))


def tell_output(picture, view):
    picture.take(told(f"output/{view.id}/attributes", payloads.output_attributes(view)))
    return picture.take(told(f"output/{view.id}/state", payloads.on_off(view.on)))


def test_parts_are_in_the_files_order_and_others_after_them():
    picture = DeviceMirror(SETTINGS)
    for part in ("new", "window", "door"):
        assert tell_input(picture, an_input_view(part)) == ("input", part)
    assert [view.id for view in picture.inputs()] == ["door", "window", "new"]
    assert tell_output(picture, an_output_view("siren")) == ("output", "siren")
    assert picture.output("siren") == an_output_view("siren")


def test_a_part_that_is_removed_is_gone():
    picture = DeviceMirror(SETTINGS)
    tell_input(picture, an_input_view("door"))
    for what in ("state", "alarm", "attributes", "availability"):
        picture.take(told(f"input/door/{what}", b""))
    assert picture.inputs() == []
    assert not picture.knows("input", "door")


def test_names_are_those_in_force_rather_than_those_of_the_file():
    picture = DeviceMirror(SETTINGS)
    assert picture.name("door") == "Door"
    now = settings_of(an_input("door", name="Barn\u202e door"), device={"name": "Back gate"})
    picture.take(told("input/door/settings", input_settings(now.inputs[0])))
    picture.take(told("settings", device_settings(now)))
    assert picture.name("door") == "Barn\\u202e door"
    assert picture.label == "Back gate"
    assert picture.name("nobody") == "nobody"


def test_settings_that_are_nonsense_change_nothing():
    picture = DeviceMirror(SETTINGS)
    picture.take(told("input/door/settings", json.dumps({"name": 5, "schedule": ["x"]}).encode()))
    picture.take(told("settings", b'{"device": 3}'))
    assert picture.input_settings("door") == SETTINGS.inputs[0]
    assert picture.label == "Front gate"


def test_the_bridge_is_silent_until_it_speaks():
    picture = DeviceMirror(SETTINGS)
    assert picture.online is None
    assert picture.take(told("availability", b"online")) == ("bridge", "")
    assert picture.online is True
    picture.take(told("availability", b"offline"))
    assert picture.online is False


def test_the_armed_switch_is_unknown_until_it_is_told_and_when_it_is_taken_back():
    picture = DeviceMirror(SETTINGS)
    assert picture.armed is None
    for payload, armed in ((b"OFF", False), (b"ON", True), (b"", None), (b"OFF", False)):
        assert picture.take(told("armed", payload)) == ("armed", "")
        assert picture.armed is armed
    picture.link(None)
    assert picture.armed is None


def test_a_new_connection_begins_with_nothing_but_what_happened():
    picture = DeviceMirror(SETTINGS)
    tell_input(picture, an_input_view("door"))
    picture.take(told("availability", b"online"))
    picture.take(told("journal", payloads.journal(an_entry(3), replayed=False)))
    picture.link("gone")
    assert picture.inputs()
    picture.link(None)
    assert (picture.inputs(), picture.online, picture.problem) == ([], None, None)
    assert [entry.seq for entry in picture.entries] == [3]


def test_what_is_kept_is_bounded():
    picture = DeviceMirror(SETTINGS)
    for number in range(MOST_PARTS + 50):
        tell_input(picture, an_input_view(f"in-{number}"))
    assert len(picture.inputs()) == MOST_PARTS
    for number in range(MOST_ENTRIES + 50):
        entry = dataclasses.replace(an_entry(number), seq=number)
        assert picture.take(told("journal", payloads.journal(entry, replayed=False))) == ("journal", str(number))
    assert len(picture.entries) == MOST_ENTRIES


def test_topics_that_are_none_of_the_devices_are_ignored():
    picture = DeviceMirror(SETTINGS)
    for topic in ("input/Not an id/state", "input", "snapshot/door", "input/door", "x/door/state", "journal"):
        picture.take(told(topic, b"ON"))
    assert picture.inputs() == []
    assert not picture.knows("input", "Not an id")


def test_the_kind_of_a_line_is_that_in_force_rather_than_that_of_the_file():
    health = {"kind": "health", "what": "clock"}
    mirror = DeviceMirror(settings_of(an_input("clock", line=health), an_input("door")))
    assert [mirror.kind_of_line(part) for part in ("clock", "door", "none")] == ["health", "gpio", "gpio"]
    now = settings_of(an_input("door", line=health), an_input("clock", line={"chip": "a", "offset": 1}))
    for each in now.inputs:
        mirror.take(told(f"input/{each.id}/settings", input_settings(each)))
    assert [mirror.kind_of_line(part) for part in ("clock", "door")] == ["gpio", "health"]
