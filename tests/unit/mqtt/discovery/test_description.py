"""Which of our things becomes which entity, and what is published when that changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from words.example_settings import BIG, SMALL, any_settings

from bridge import __version__
from bridge.core.definitions.settings import HomeAssistantSettings, InputSettings, OutputSettings, Settings
from bridge.mqtt.discovery.description import (
    Announced,
    announced,
    describe,
    discovery,
    discovery_topic,
    fitting,
    read_announced,
)

HA_ENTITY_ID = re.compile(r"[a-z_]+\.[a-z0-9_]+")


def payload(settings: Settings) -> dict[str, Any]:
    ((_, body),) = discovery(settings)
    return json.loads(body)


def components(settings: Settings) -> dict[str, dict[str, Any]]:
    return payload(settings)["components"]


def with_parts(
    settings: Settings, inputs: Iterable[InputSettings] = (), outputs: Iterable[OutputSettings] = ()
) -> Settings:
    return replace(settings, inputs=tuple(inputs), outputs=tuple(outputs))


def discovery_off(settings: Settings) -> Settings:
    return replace(settings, home_assistant=HomeAssistantSettings(discovery=False))


def renamed(settings: Settings, device_id: str) -> Settings:
    return replace(settings, device=replace(settings.device, id=device_id))


@pytest.mark.parametrize("settings", [SMALL, BIG], ids=["small", "big"])
def test_the_payload_is_what_somebody_reviewed(settings: Settings, snapshot: SnapshotAssertion) -> None:
    reviewed = snapshot.use_extension(JSONSnapshotExtension)
    assert payload(settings) | {"device": payload(settings)["device"] | {"sw_version": "V"}, "origin": "O"} == reviewed


def test_versions_are_those_of_the_program() -> None:
    told = payload(SMALL)
    assert told["device"]["sw_version"] == told["origin"]["sw_version"] == __version__


def test_ids_are_the_contracts_and_never_made_of_names() -> None:
    said = {key: (one["unique_id"], one["default_entity_id"], one["object_id"]) for key, one in components(BIG).items()}
    assert said["garage-door_state"] == (
        "front-gate_garage-door_state",
        "binary_sensor.front_gate_garage_door",
        "front_gate_garage_door",
    )
    assert said["garage-door_last_alarm"] == (
        "front-gate_garage-door_last_alarm",
        "sensor.front_gate_garage_door_last_alarm",
        "front_gate_garage_door_last_alarm",
    )
    assert said["siren_switch"] == ("front-gate_siren_switch", "switch.front_gate_siren", "front_gate_siren")
    assert said["siren_siren"] == ("front-gate_siren_siren", "siren.front_gate_siren_siren", "front_gate_siren_siren")
    assert said["clock"] == ("front-gate_clock", "binary_sensor.front_gate_clock", "front_gate_clock")


def test_a_name_changes_nothing_but_names() -> None:
    door = BIG.inputs[0]
    other = with_parts(BIG, (replace(door, name="Barn door"),))
    before, after = components(with_parts(BIG, (door,))), components(other)
    assert before.keys() == after.keys()
    for key in before:
        assert {**before[key], "name": ""} == {**after[key], "name": ""}
    assert after["garage-door_alarm"]["name"] == "Barn door alarm"


def test_a_siren_exists_only_for_an_output_of_that_kind() -> None:
    told = components(BIG)
    assert "siren_siren" in told
    assert "gate-lock_siren" not in told
    assert told["siren_siren"]["support_volume_set"] is False
    assert "json_attributes_topic" not in told["siren_siren"]


def test_a_part_that_is_called_like_the_device_does_not_repeat_its_name() -> None:
    assert components(SMALL)["button_state"]["name"] is None
    assert components(SMALL)["button_alarm"]["name"] == "Alarm"


@pytest.mark.parametrize("name", [" ", "\u2003", "\u0085"])
def test_a_blank_name_is_the_id(name: str) -> None:
    nameless = with_parts(SMALL, (InputSettings(id="button", name=name),))
    assert components(nameless)["button_state"]["name"] == "button"


def test_what_shows_the_line_goes_with_it_and_what_tells_of_the_fault_stays() -> None:
    told = components(BIG)
    lost_with_the_line = {key for key, one in told.items() if "availability" in one}
    assert lost_with_the_line == {
        *(f"{one.id}_state" for one in BIG.inputs),
        *(f"{one.id}_{what}" for one in BIG.outputs for what in ("switch", "start")),
        "siren_siren",
    }
    assert told["siren_switch"]["availability"] == [
        {"topic": "site/alarm2mqtt/front-gate/availability"},
        {"topic": "site/alarm2mqtt/front-gate/output/siren/availability"},
    ]
    assert told["siren_switch"]["availability_mode"] == "all"


@given(any_settings())
def test_any_settings_can_be_described_and_no_id_stands_twice(settings: Settings) -> None:
    for topic, body in discovery(settings):
        told = json.loads(body)["components"]
        assert topic == discovery_topic(settings)
        assert len({one["unique_id"] for one in told.values()}) == len(told)
        assert all(one["unique_id"] == f"{settings.device.id}_{key}" for key, one in told.items())
        assert all(HA_ENTITY_ID.fullmatch(one["default_entity_id"]) for one in told.values())


@given(any_settings(), any_settings())
def test_after_all_steps_nothing_of_before_is_left(before: Settings, after: Settings) -> None:
    known: dict[str, dict[str, str]] = {}
    for topic, body in [*discovery(before), *discovery(after, before)]:
        if not body:
            del known[topic]
            continue
        held = known.setdefault(topic, {})
        for key, one in json.loads(body)["components"].items():
            if one.keys() == {"platform"}:
                assert held.pop(key) == one["platform"]
            else:
                assert held.setdefault(key, one["platform"]) == one["platform"]
    wanted = announced(after)
    assert known == ({wanted.topic: dict(wanted.components)} if wanted else {})


def test_a_removed_input_is_taken_away_alone_and_then_left_out() -> None:
    without = with_parts(BIG, BIG.inputs[1:], BIG.outputs)
    removal, whole = (json.loads(body) for _, body in discovery(without, BIG))
    assert removal["components"] == {
        f"garage-door_{what}": {"platform": platform}
        for what, platform in {
            "state": "binary_sensor",
            "alarm": "binary_sensor",
            "event": "event",
            "image": "image",
            "last_alarm": "sensor",
            "problem": "binary_sensor",
            "test": "button",
            "enabled": "switch",
            "trigger_mode": "select",
            "schedule": "select",
            "debounce": "number",
            "record": "switch",
            "email": "switch",
            "ftp": "switch",
            "audible": "switch",
            "link_siren": "switch",
            "link_gate-lock": "switch",
            "link_spare": "switch",
        }.items()
    }
    assert not any(key.startswith("garage-door_") for key in whole["components"])


def test_a_platform_that_changed_is_taken_away_under_its_old_one() -> None:
    before = Announced(topic=discovery_topic(SMALL), components={**announced(SMALL).components, "clock": "sensor"})
    removal, whole = (json.loads(body) for _, body in discovery(SMALL, before))
    assert removal["components"] == {"clock": {"platform": "sensor"}}
    assert whole["components"]["clock"]["platform"] == "binary_sensor"


def test_the_same_settings_again_are_one_payload_without_removals() -> None:
    assert discovery(BIG, BIG) == discovery(BIG)


def test_another_device_id_clears_the_old_topic_first() -> None:
    (old, nothing), (new, _) = discovery(renamed(BIG, "back-gate"), BIG)
    assert (old, nothing) == ("homeassistant/device/front-gate/config", b"")
    assert new == "homeassistant/device/back-gate/config"


def test_discovery_turned_off_clears_the_topic_and_never_a_topic_that_was_not_used() -> None:
    off = discovery_off(BIG)
    assert discovery(off, BIG) == (("homeassistant/device/front-gate/config", b""),)
    assert discovery(off) == discovery(off, off) == ()


def test_what_was_announced_before_a_restart_is_read_back_from_the_broker() -> None:
    ((topic, body),) = discovery(BIG)
    assert read_announced(topic, body) == announced(BIG)
    assert discovery(SMALL, read_announced(topic, body)) == discovery(SMALL, BIG)


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"\xff", b'{"components":[]}', b'{"components":{"a":7}}', b'{"components":{"a":{}}}']
)
def test_what_nobody_announced_is_nothing_to_remove(text: bytes) -> None:
    assert read_announced("homeassistant/device/x/config", text) is None


def test_reasons_are_all_that_an_output_can_have() -> None:
    assert components(BIG)["siren_reason"]["options"] == [
        "manual", "alarm", "timing", "stop", "time", "cut_off", "restored", "broker_loss", "fault", "settings",
    ]  # fmt: skip


def test_commands_go_out_at_least_once() -> None:
    assert describe(SMALL).qos == 1


@pytest.mark.parametrize("at_most", [20_000, 8_000, 4_000, 2_000])
def test_a_broker_with_a_limit_gets_a_description_that_fits_and_has_what_matters_most(at_most):
    ((_, body),) = discovery(BIG, None, at_most)
    assert len(body) <= at_most
    kept = json.loads(body)["components"]
    whole = json.loads(discovery(BIG)[0][1])["components"]
    assert kept.items() <= whole.items()
    left_out = {part.get("entity_category") for key, part in whole.items() if key not in kept}
    if None in left_out:
        assert not any("entity_category" in part for part in kept.values())
    elif "diagnostic" in left_out:
        assert not any(part.get("entity_category") == "config" for part in kept.values())


def test_a_broker_that_takes_next_to_nothing_gets_no_description():
    assert discovery(BIG, None, 300) == ()
    assert announced(BIG, 300) is None


def test_what_a_smaller_description_leaves_out_is_removed_first():
    removal, smaller = (json.loads(body) for _, body in discovery(BIG, BIG, 8_000))
    whole = json.loads(discovery(BIG)[0][1])["components"]
    gone = {key for key, part in removal["components"].items() if part.keys() == {"platform"}}
    assert gone == whole.keys() - smaller["components"].keys()
    assert gone


def test_a_limit_that_holds_not_even_one_entity_leaves_no_description() -> None:
    whole = describe(SMALL)
    assert whole is not None
    assert fitting(whole, 50) is None
    assert announced(SMALL, 50) is None
    assert fitting(whole, None) is whole
