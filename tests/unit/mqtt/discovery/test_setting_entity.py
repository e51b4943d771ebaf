"""Settings as entities: what they show, and the patch that each command is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import settings as limits
from words.descriptions import components
from words.example_settings import BIG, SMALL, WITHOUT_ACTIONS, any_settings

from bridge.core.definitions.document import as_document
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.mqtt.publishing import settings_payloads as settings_shown
from bridge.mqtt.topics import Topics
from bridge.settings.checks.validator import validated
from bridge.settings.edits import permissions as changeable
from bridge.settings.edits.merge_patch import merge_patch

D = "site/alarm2mqtt/front-gate"
INPUT = {"enabled", "trigger_mode", "schedule", "debounce"}
OUTPUT = {"valid_signal", "mode", "timing_schedule", "follow_source", "timing", "alarm_time", "pulse_on", "pulse_off"}


def set_there(settings: Settings) -> dict[str, dict[str, Any]]:
    """The entities of settings; buttons of category config test something."""
    return {
        key: one
        for key, one in components(settings).items()
        if one.get("entity_category") == "config" and one["platform"] != "button"
    }


def config(settings: Settings, part: str) -> set[str]:
    """The settings of one part that are entities."""
    return {key.removeprefix(f"{part}_") for key in set_there(settings) if key.startswith(f"{part}_")}


def with_outputs(count: int, *linked: str) -> Settings:
    """The big device with so many outputs, some of them linked to the door."""
    outputs = tuple(OutputSettings(id=f"out-{number}") for number in range(count))
    door = validated(InputSettings, {"id": "garage-door", "linkage": {"outputs": list(linked)}})
    return replace(BIG, inputs=(door,), outputs=outputs)


def rendered(template: str, **names: Any) -> str:
    """As Home Assistant would, where an undefined value is an error to us."""
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)  # noqa: S701 - no HTML
    environment.filters["to_json"] = json.dumps
    return environment.from_string(template).render(**names)


def shown(settings: Settings, key: str) -> str:
    """The state that an entity has with these settings in force."""
    one = components(settings)[key]
    topics = Topics.of(settings)
    told = {topics.input(part.id).settings: settings_shown.input_settings(part) for part in settings.inputs}
    told |= {topics.output(part.id).settings: settings_shown.output_settings(part) for part in settings.outputs}
    return rendered(one["value_template"], value_json=json.loads(told[one["state_topic"]]))


def command(settings: Settings, key: str, value: Any) -> Any:
    """The patch that choosing a value is."""
    return json.loads(rendered(components(settings)[key]["command_template"], value=value))


def with_door(**door: Any) -> Settings:
    one = validated(InputSettings, {**as_document(BIG.inputs[0]), **door})
    return replace(BIG, inputs=(one,))


def with_siren(**siren: Any) -> Settings:
    return replace(BIG, outputs=(validated(OutputSettings, {"id": "siren", **siren}),))


def test_each_part_has_the_contracts_settings_and_each_goes_to_its_own_topic() -> None:
    links = {"link_siren", "link_gate-lock", "link_spare"}
    assert config(BIG, "garage-door") == INPUT | {"record", "email", "ftp", "audible"} | links
    assert config(BIG, "gate-lock") == OUTPUT
    for key, one in set_there(BIG).items():
        kind = "input" if key.startswith(("garage-door", "tamper")) else "output"
        assert one["command_topic"] == f"{D}/{kind}/{key.split('_')[0]}/settings/set"
        assert one["state_topic"] == f"{D}/{kind}/{key.split('_')[0]}/settings"
        assert "optimistic" not in one
        assert "availability" not in one


def test_what_is_rarely_changed_has_to_be_enabled_first() -> None:
    off = {key for key, one in set_there(BIG).items() if one.get("enabled_by_default") is False}
    rare = ("valid_signal", "timing_schedule", "timing", "pulse_on", "pulse_off")
    assert off == {
        *(f"{one.id}_debounce" for one in BIG.inputs),
        *(f"{one.id}_{what}" for one in BIG.outputs for what in rare),
    }


def test_up_to_eight_outputs_have_a_switch_each_and_more_are_one_text_of_ids() -> None:
    assert "link_out-7" in config(with_outputs(8), "garage-door")
    assert "links" not in config(with_outputs(8), "garage-door")
    assert config(with_outputs(9), "garage-door") == INPUT | {"record", "email", "ftp", "links"}


@pytest.mark.parametrize(
    ("text", "outputs"),
    [("out-1, out-8", ["out-1", "out-8"]), (" out-1,out-8 , ", ["out-1", "out-8"]), ("", []), (" ", [])],
)
def test_the_text_of_ids_is_taken_as_a_person_writes_it(text: str, outputs: list[str]) -> None:
    assert command(with_outputs(9), "garage-door_links", text) == {"linkage": {"outputs": outputs}}


def test_the_text_shows_the_linked_outputs_and_more_than_fit_are_cut() -> None:
    assert shown(with_outputs(9), "garage-door_links") == ""
    assert shown(with_outputs(9, "out-8", "out-1"), "garage-door_links") == "out-8, out-1"
    many = [f"out-{number}" for number in range(64)]
    text = shown(with_outputs(64, *many), "garage-door_links")
    assert (len(text), text[:12], text[-1]) == (255, "out-0, out-1", "…")


def test_what_is_not_configured_has_no_switch() -> None:
    assert config(SMALL, "button") == INPUT
    assert "audible" not in config(with_door(linkage={}), "garage-door")
    assert config(WITHOUT_ACTIONS, "garage-door") == INPUT | {"link_siren", "link_gate-lock", "link_spare"}


def test_without_entities_for_settings_there_are_none() -> None:
    without = replace(BIG, home_assistant=replace(BIG.home_assistant, settings_entities=False))
    assert not set_there(without)
    assert "garage-door_state" in components(without)


@pytest.mark.parametrize(
    ("key", "settings", "state"),
    [
        ("garage-door_enabled", BIG, "ON"),
        ("garage-door_enabled", with_door(enabled=False), "OFF"),
        ("garage-door_trigger_mode", with_door(trigger_mode="disconnect"), "disconnect"),
        ("garage-door_debounce", with_door(debounce_ms=45), "45"),
        ("garage-door_record", BIG, "ON"),
        ("garage-door_audible", BIG, "ON"),
        ("garage-door_audible", with_door(linkage={"audible": {"clips": ["a.wav"], "enabled": False}}), "OFF"),
        ("garage-door_link_siren", BIG, "OFF"),
        ("garage-door_link_siren", with_door(linkage={"outputs": ["spare", "siren"]}), "ON"),
        ("siren_valid_signal", BIG, "close"),
        ("siren_mode", with_siren(mode="pulse"), "pulse"),
        ("siren_follow_source", with_siren(follow_source=True), "ON"),
        ("siren_timing", BIG, "OFF"),
        ("siren_alarm_time", with_siren(alarm_time_ms=86_400_000), "86400.0"),
        ("siren_alarm_time", with_siren(alarm_time_ms=2_500), "2.5"),
        ("siren_pulse_on", with_siren(pulse={"on_ms": 50}), "50"),
        ("siren_pulse_off", BIG, "500"),
    ],
)
def test_the_setting_in_force_is_what_is_shown(key: str, settings: Settings, state: str) -> None:
    assert shown(settings, key) == state


@pytest.mark.parametrize(
    ("key", "value", "patch"),
    [
        ("garage-door_trigger_mode", "disconnect", {"trigger_mode": "disconnect"}),
        ("garage-door_schedule", "never", {"schedule": "never"}),
        ("garage-door_debounce", 45, {"debounce_ms": 45}),
        ("siren_valid_signal", "close", {"valid_signal": "close"}),
        ("siren_timing_schedule", "always", {"timing": {"schedule": "always"}}),
        ("siren_alarm_time", 30, {"alarm_time_ms": 30000}),
        ("siren_alarm_time", 0.3, {"alarm_time_ms": 300}),
        ("siren_pulse_on", 70, {"pulse": {"on_ms": 70}}),
        ("siren_pulse_off", 80, {"pulse": {"off_ms": 80}}),
    ],
)
def test_a_choice_is_a_patch(key: str, value: Any, patch: Any) -> None:
    assert command(BIG, key, value) == patch


@pytest.mark.parametrize(
    ("key", "patch"),
    [
        ("garage-door_enabled", {"enabled": True}),
        ("garage-door_email", {"linkage": {"email": True}}),
        ("garage-door_audible", {"linkage": {"audible": {"enabled": True}}}),
        ("garage-door_link_gate-lock", {"linkage": {"outputs": {"gate-lock": True}}}),
        ("siren_timing", {"timing": {"enabled": True}}),
        ("siren_follow_source", {"follow_source": True}),
    ],
)
def test_a_switch_is_two_patches(key: str, patch: Any) -> None:
    one = components(BIG)[key]
    assert json.loads(one["payload_on"]) == patch
    assert one["payload_off"] == one["payload_on"].replace("true", "false")


def test_a_named_schedule_is_one_of_the_options() -> None:
    named = replace(with_door(schedule="nights"), schedules={"nights": SMALL.inputs[0].schedule})
    assert components(named)["garage-door_schedule"]["options"] == ["always", "never", "nights"]
    assert shown(named, "garage-door_schedule") == "nights"
    assert command(named, "garage-door_schedule", "nights") == {"schedule": "nights"}


def test_a_schedule_that_is_written_out_is_seen_and_choosing_it_changes_nothing() -> None:
    written = with_door(schedule={"mon": ["08:00-09:00"]})
    assert components(written)["garage-door_schedule"]["options"] == ["always", "never", "written out"]
    assert shown(written, "garage-door_schedule") == "written out"
    assert command(written, "garage-door_schedule", "written out") == {}
    assert command(written, "garage-door_schedule", "always") == {"schedule": "always"}
    assert shown(BIG, "garage-door_schedule") == "always"
    assert "written out" not in components(BIG)["garage-door_schedule"]["options"]


def test_a_schedule_that_the_description_does_not_know_yet_is_unknown_rather_than_an_error() -> None:
    template = components(BIG)["garage-door_schedule"]["value_template"]
    assert rendered(template, value_json={"schedule": "later"}) == "None"
    assert rendered(template, value_json={"schedule": {"mon": []}}) == "None"


def test_a_schedule_called_like_nothing_at_all_is_no_option() -> None:
    named = replace(with_door(schedule="none"), schedules={"none": SMALL.inputs[0].schedule})
    assert components(named)["garage-door_schedule"]["options"] == ["always", "never"]
    assert shown(named, "garage-door_schedule") == "None"


def test_a_topic_that_was_cleared_is_unknown_and_a_sound_that_is_gone_is_off() -> None:
    for key, one in set_there(BIG).items():
        assert rendered(one["value_template"]) == "None", key
    template = components(BIG)["garage-door_audible"]["value_template"]
    assert rendered(template, value_json={"linkage": {"audible": None}}) == "OFF"


@limits(max_examples=40)
@given(any_settings())
def test_every_command_is_a_patch_that_may_be_sent_and_every_state_can_be_shown(settings: Settings) -> None:
    ids = {one.id: changeable.INPUT for one in settings.inputs} | {
        one.id: changeable.OUTPUT for one in settings.outputs
    }
    for key, one in set_there(settings).items():
        state = shown(settings, key)
        patches = [json.loads(one[payload]) for payload in ("payload_on", "payload_off") if payload in one]
        patches += [command(settings, key, value) for value in one.get("options", ())]
        patches += [command(settings, key, one["min"])] if "min" in one else []
        assert len(patches) > 0
        assert not [fault for patch in patches for fault in changeable.not_changeable(patch, ids[key.split("_")[0]])]
        assert state in ("ON", "OFF", "None", *one.get("options", ())) or one["min"] <= float(state) <= one["max"]
        assert all(merge_patch({}, patch, ("inputs", 0)) is not None for patch in patches)
