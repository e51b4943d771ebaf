"""A camera's block: YAML that can be pasted, whatever the camera calls its parts."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from bridge.cli.cameras.text import Entry, block, quoted
from bridge.lines.onvif.event_properties import OfferedEvent
from bridge.lines.onvif.requests import Relay
from bridge.lines.onvif.survey import Survey
from bridge.settings.load import validate


def entry(**fields: Any) -> Entry:
    whole = {
        "address": "http://10.0.0.2/onvif/device_service",
        "name": "",
        "known_as": None,
        "username": None,
        "password": "",
        "password_file": None,
    }
    return Entry(**{**whole, **fields})


def read(text: str) -> Any:
    return YAML(typ="safe").load(text)


def test_a_block_is_settings_that_are_right() -> None:
    found = Survey(
        model="Acme Eye 3",
        inputs=("DI_1", "0", 'odd": {x'),
        relays=(Relay(token="RO 1", mode="Monostable", delay_s=5, idle="open"),),
        events=(
            OfferedEvent(event="motion", topic="VideoSource/MotionAlarm", has_end=True),
            OfferedEvent(event="line_crossing", topic="RuleEngine/LineDetector/Crossed", has_end=False),
            OfferedEvent(topic="Device/Fan", item="Failed", has_end=True),
        ),
    )
    text = block(entry(), found, set())
    settings = validate(read(text))
    assert [each.line.token for each in settings.inputs[:3]] == ["DI_1", "0", 'odd": {x']
    assert [(each.line.event, each.line.hold_s) for each in settings.inputs[3:]] == [
        ("motion", None),
        ("line_crossing", 5),
    ]
    assert [each.line.token for each in settings.outputs] == ["RO 1"]
    assert "# now monostable, 5 s" in text
    assert "{kind: onvif_event, camera: acme-eye-3, topic: Device/Fan, item: Failed}" in text
    validate(read(text.replace("# - {", "- {")))  # an event without a word is right, too
    assert len({row.index("line:") for row in text.splitlines() if "onvif_event" in row}) == 1


def test_ids_are_new_to_the_settings_and_to_the_blocks_before() -> None:
    taken = {"eye-2", "eye-di-1"}
    first = read(block(entry(name="Eye"), Survey(inputs=("DI_1",)), taken))
    second = read(block(entry(name="Eye"), Survey(inputs=("DI_1",)), taken))
    assert [list(first["cameras"]), list(second["cameras"])] == [["eye"], ["eye-3"]]
    assert [first["inputs"][0]["id"], second["inputs"][0]["id"]] == ["eye-di-1-2", "eye-3-di-1"]


def test_a_camera_of_the_settings_keeps_its_id_and_has_no_second_entry() -> None:
    text = block(entry(known_as="gate", username="cam"), Survey(model="Acme", inputs=("DI_1",)), {"gate"})
    assert list(read(text)) == ["inputs"]
    assert "gate in the settings" in text
    assert "camera: gate" in text


def test_no_password_is_shown_and_nothing_steers_the_terminal() -> None:
    found = Survey(
        model="Eye\x1b[2J\u202e",
        stream="rtsp://10.0.0.2/user=cam&password=tlJw&ch=1?x=hidden-word",
        inputs=("\x9b2J",),
        missing=("relays: hidden-word is wrong\nx",),
    )
    text = block(entry(username="cam", password="hidden-word", password_file="/run/secrets/cameras"), found, set())
    assert "hidden-word" not in text
    assert "tlJw" not in text
    assert all(line.isprintable() for line in text.splitlines())
    assert read(text)["cameras"]["eye-2j"]["password_file"] == "/run/secrets/cameras"
    assert read(text)["inputs"][0]["line"]["token"] == "\x9b2J"


def test_what_is_not_there_is_said_in_comments() -> None:
    text = block(entry(), Survey(events=(OfferedEvent(topic="Device/Fan", has_end=False),)), set())
    assert list(read(text)) == ["cameras"]
    assert "# inputs:" in text
    assert "# no relays" in text
    assert "# stream:   none" in text
    assert "# no alarm inputs and no events" in block(entry(), Survey(), set())


@pytest.mark.parametrize(
    "text", ["plain_1", "on", "1", "0x1", "a: b", "Ä", "\U0001f600", 'q"\\', "", "~", "-", "a, b}", " a"]
)
def test_any_text_is_read_as_it_was(text: str) -> None:
    assert read(f"[{quoted(text)}]") == [text]
    assert quoted(text).isascii()
