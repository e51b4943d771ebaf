"""The device's own entities: which exist, what they say, and that no part of it takes their names."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from words import descriptions
from words.example_settings import BIG, SECTIONS, SMALL, WITHOUT_ACTIONS

from bridge.core.definitions.settings import (
    AudibleLink,
    CameraSettings,
    InputSettings,
    LinkageSettings,
    OutputSettings,
    Settings,
)
from bridge.mqtt.discovery.device import DEVICE_ROWS, MOST_TONE_BYTES, MOST_TONES
from bridge.mqtt.discovery.status import STATUS_ROWS
from bridge.settings.free_id import TAKEN_BY_THE_DEVICE

ALWAYS = {"armed", "silence", "rejected_commands", "journal_unsent", "clock", "problem"}
CAMERA = CameraSettings(snapshot="http://127.0.0.1/a.jpg")


def words(text: str) -> list[str]:
    return text.split()


DEVICE_WHATS = words("""
    armed audible image notify silence snapshot record test_email test_ftp
    email_queue email_error ftp_queue ftp_error free_space rejected_commands journal_unsent clock problem
""")
INPUT_WHATS = words("""
    state alarm event image enabled trigger_mode schedule record email ftp audible debounce test last_alarm problem
""")
OUTPUT_WHATS = words("""
    siren switch start stop mode follow_source alarm_time valid_signal timing_schedule timing pulse_on pulse_off
    reason problem
""")
"""All three from `mqtt.md` 4."""


def own(settings: Settings) -> set[str]:
    """The device's own entities."""
    return set(descriptions.payloads(settings)[f"homeassistant/device/{settings.device.id}/config"]["components"])


def only(*sections: str, **changes: Any) -> Settings:
    """The big device with these sections of those that actions need."""
    gone = {name: {} if name == "cameras" else None for name in SECTIONS if name not in sections}
    return replace(BIG, **{**gone, **changes})


def playing(*clips: str) -> Settings:
    links = tuple(LinkageSettings(audible=AudibleLink(clips=(clip,))) for clip in clips)
    return replace(BIG, inputs=tuple(InputSettings(id=f"in-{nth}", linkage=link) for nth, link in enumerate(links)))


def component(settings: Settings, key: str, *, clips: tuple[str, ...] = ()) -> dict[str, Any]:
    return descriptions.components(settings, clips=clips)[key]


def test_with_everything_configured_the_device_has_all_that_the_contract_names() -> None:
    assert [row.what for row in (*DEVICE_ROWS, *STATUS_ROWS)] == DEVICE_WHATS
    assert own(BIG) == set(DEVICE_WHATS)


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        (WITHOUT_ACTIONS, set()),
        (SMALL, set()),
        (only("cameras"), {"image", "snapshot"}),
        (only("email"), {"notify", "test_email", "email_queue", "email_error"}),
        (only("ftp"), {"ftp_queue", "ftp_error"}),
        (only("ftp", "cameras"), {"image", "snapshot", "test_ftp", "ftp_queue", "ftp_error"}),
        (only("recording"), {"free_space"}),
        (only("recording", "cameras"), {"image", "snapshot", "record", "free_space"}),
        (only("recording", cameras={"gate": CAMERA}), {"image", "snapshot", "free_space"}),
        (only("audio"), {"audible"}),
        (only("audio", inputs=WITHOUT_ACTIONS.inputs), {"audible"}),
    ],
)
def test_an_entity_exists_only_when_what_it_needs_is_configured(settings: Settings, more: set[str]) -> None:
    assert own(settings) == ALWAYS | more


def test_an_action_that_is_no_longer_configured_takes_its_entities_away() -> None:
    told: dict[str, str] = {}
    for _, body in descriptions.steps(WITHOUT_ACTIONS, BIG):
        for key, one in json.loads(body)["components"].items():
            if one.keys() == {"platform"}:
                told[key] = one["platform"]
    gone = {key: platform for key, platform in told.items() if key in DEVICE_WHATS}
    assert {key for key in told if key not in gone} == {
        *(f"garage-door_{what}" for what in ("record", "email", "ftp", "audible", "image")),
        *(f"tamper_{what}" for what in ("record", "email", "ftp", "audible", "image")),
    }
    assert gone.keys() == set(DEVICE_WHATS) - ALWAYS
    assert (gone["audible"], gone["image"], gone["notify"]) == ("siren", "image", "notify")
    assert not told.keys() & descriptions.components(WITHOUT_ACTIONS).keys()


def test_the_tones_of_the_sound_are_the_clips_of_all_inputs() -> None:
    siren = component(BIG, "audible")
    assert siren["available_tones"] == ["Bitte gehen Sie.wav", "dog.wav"]
    assert (siren["support_duration"], siren["support_volume_set"]) == (True, True)
    assert siren["command_topic"] == "site/alarm2mqtt/front-gate/action/audible/run"
    assert "optimistic" not in siren


@pytest.mark.parametrize("clip", [" ", "\u2003", "é" * 128])
def test_a_clip_that_nobody_could_ask_for_is_no_tone(clip: str) -> None:
    assert component(playing(clip, "dog.wav"), "audible")["available_tones"] == ["dog.wav"]
    assert component(playing(), "audible", clips=(clip, "dog.wav"))["available_tones"] == ["dog.wav"]
    assert "available_tones" not in component(playing(clip), "audible")


def test_every_clip_of_the_folder_is_a_tone_and_those_of_inputs_come_first_when_there_are_too_many() -> None:
    assert component(playing("dog.wav"), "audible", clips=("bell.wav", "dog.wav"))["available_tones"] == [
        "bell.wav",
        "dog.wav",
    ]
    many = tuple(f"{number:04}.wav" for number in range(1000))
    tones = component(playing("z.wav"), "audible", clips=many)["available_tones"]
    assert len(tones) == MOST_TONES
    assert tones[0] == "0000.wav"
    assert tones[-1] == "z.wav"


def test_clips_with_long_names_leave_room_for_the_rest_of_the_description() -> None:
    long = tuple(f"{number:03}-{'x' * 200}.wav" for number in range(MOST_TONES))
    tones = component(playing("z.wav"), "audible", clips=long)["available_tones"]
    assert "z.wav" in tones
    assert 10 < len(tones) < MOST_TONES
    assert sum(map(len, tones)) <= MOST_TONE_BYTES


def test_buttons_press_what_an_action_takes() -> None:
    pressed = {key: component(BIG, key) for key in ("snapshot", "test_email", "test_ftp", "record")}
    assert {key: (one["command_topic"], one["payload_press"]) for key, one in pressed.items()} == {
        key: (f"site/alarm2mqtt/front-gate/action/{kind}/run", "{}")
        for key, kind in {"snapshot": "snapshot", "test_email": "email", "test_ftp": "ftp", "record": "record"}.items()
    }


def test_no_id_of_an_input_or_output_but_the_refused_ones_makes_a_component_of_the_device() -> None:
    """An id holds no `_`, so only what the device's own names have before their first one could."""
    taken: dict[str, set[str]] = {}
    for what in DEVICE_WHATS:
        stem, _, rest = what.partition("_")
        taken.setdefault(stem, set()).add(rest)
    assert {stem for stem, rests in taken.items() if rests & set(INPUT_WHATS)} == TAKEN_BY_THE_DEVICE
    assert not {stem for stem, rests in taken.items() if rests & set(OUTPUT_WHATS)}
    assert not any(rest.startswith("link_") for rests in taken.values() for rest in rests)


def test_an_output_may_be_called_test() -> None:
    parts = replace(BIG, outputs=(OutputSettings(id="test"),))
    assert descriptions.components(parts).keys() >= {*DEVICE_WHATS, "test_switch", "test_start", "test_stop"}
