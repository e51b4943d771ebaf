"""Which of our things becomes which device and entity, and what is published when that changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension
from words.descriptions import components, payloads, steps
from words.example_settings import BIG, SMALL, any_settings

from bridge import __version__
from bridge.core.definitions.device import WebSettings
from bridge.core.definitions.field_types import Secret
from bridge.core.definitions.settings import HomeAssistantSettings, InputSettings, OutputSettings, Settings
from bridge.core.schedule import ALWAYS
from bridge.mqtt.discovery.description import (
    LARGEST_BYTES,
    changed_parts,
    describe,
    fitted,
    parts,
    read_platforms,
)
from bridge.mqtt.discovery.old_form import is_migration, is_old_form
from bridge.system.page_address import address_for_others

HA_ENTITY_ID = re.compile(r"[a-z_]+\.[a-z0-9_]+")
GATE = "homeassistant/device/front-gate/config"
DOOR = "homeassistant/device/front-gate_garage-door/config"
SIREN = "homeassistant/device/front-gate_siren/config"


def with_parts(
    settings: Settings, inputs: Iterable[InputSettings] = (), outputs: Iterable[OutputSettings] = ()
) -> Settings:
    return replace(settings, inputs=tuple(inputs), outputs=tuple(outputs))


def discovery_off(settings: Settings) -> Settings:
    return replace(settings, home_assistant=HomeAssistantSettings(discovery=False))


def renamed(settings: Settings, device_id: str) -> Settings:
    return replace(settings, device=replace(settings.device, id=device_id))


@pytest.mark.parametrize("settings", [SMALL, BIG], ids=["small", "big"])
def test_the_payloads_are_what_somebody_reviewed(settings: Settings, snapshot: SnapshotAssertion) -> None:
    reviewed = snapshot.use_extension(JSONSnapshotExtension)
    made = payloads(settings)
    for body in made.values():
        body["origin"] = "O"
    made[f"homeassistant/device/{settings.device.id}/config"]["device"]["sw_version"] = "V"
    assert made == reviewed


def test_versions_are_those_of_the_program() -> None:
    told = payloads(BIG)
    assert told[GATE]["device"]["sw_version"] == __version__
    assert {one["origin"]["sw_version"] for one in told.values()} == {__version__}


def test_each_terminal_is_a_device_of_its_own_behind_the_bridge_which_comes_first() -> None:
    told = payloads(BIG)
    ids = [one.id for one in (*BIG.inputs, *BIG.outputs)]
    assert list(told) == [GATE, *(f"homeassistant/device/front-gate_{one}/config" for one in ids)]
    assert told[GATE]["device"]["identifiers"] == ["front-gate"]
    assert told[DOOR]["device"] == {
        "identifiers": ["front-gate_garage-door"],
        "manufacturer": "alarm2mqtt",
        "model": "Alarm input",
        "name": "Garage door",
        "suggested_area": "Driveway",
        "via_device": "front-gate",
    }
    assert told[SIREN]["device"]["model"] == "Alarm output"


def test_a_terminal_is_in_its_own_area_or_else_in_the_devices() -> None:
    door, *others = BIG.inputs
    told = payloads(with_parts(BIG, (replace(door, area="Garage"), *others)))
    assert told[DOOR]["device"]["suggested_area"] == "Garage"
    assert told[GATE]["device"]["suggested_area"] == "Driveway"
    nowhere = payloads(replace(BIG, device=replace(BIG.device, area=None)))
    assert not [one for one in nowhere.values() if "suggested_area" in one["device"]]


def test_each_device_leads_to_its_page_where_others_can_reach_the_page() -> None:
    web = WebSettings(host="192.168.1.7", password=Secret("x"))
    told = [describe(one).device.configuration_url for one in parts(BIG, page=address_for_others(web))]
    assert told[:2] == ["http://192.168.1.7:8099/", "http://192.168.1.7:8099/alarm-in?input=garage-door"]
    assert told[-1] == "http://192.168.1.7:8099/alarm-out?output=spare"


def test_ids_are_the_contracts_and_never_made_of_names() -> None:
    said = {
        key: (one["unique_id"], one["default_entity_id"], one["object_id"])
        for key, one in components(BIG).items()
        if "unique_id" in one
    }
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
    assert said["siren_siren"] == ("front-gate_siren_siren", "siren.front_gate_siren", "front_gate_siren")
    assert said["gate-lock_switch"][1] == "switch.front_gate_gate_lock"
    assert said["clock"] == ("front-gate_clock", "binary_sensor.front_gate_clock", "front_gate_clock")


def test_a_name_changes_nothing_but_the_devices_name() -> None:
    door = BIG.inputs[0]
    before = payloads(BIG)
    after = payloads(with_parts(BIG, (replace(door, name="Barn door"), *BIG.inputs[1:]), BIG.outputs))
    assert after[DOOR]["device"].pop("name") == "Barn door"
    assert before[DOOR]["device"].pop("name") == "Garage door"
    assert before == after


def test_the_main_entity_has_its_devices_name_and_no_other_repeats_it() -> None:
    told = components(BIG)
    nameless = {key for key, one in told.items() if "name" in one and one["name"] is None}
    assert nameless == {"garage-door_state", "tamper_state", "siren_siren", "gate-lock_switch", "spare_switch"}
    assert told["garage-door_alarm"]["name"] == "Alarm"
    assert told["siren_switch"]["name"] == "Switch"


def test_a_siren_exists_only_for_an_output_of_that_kind_and_its_switch_has_to_be_enabled() -> None:
    told = components(BIG)
    assert "siren_siren" in told
    assert "gate-lock_siren" not in told
    assert told["siren_siren"]["support_volume_set"] is False
    assert "json_attributes_topic" not in told["siren_siren"]
    assert told["siren_switch"]["enabled_by_default"] is False
    assert "enabled_by_default" not in told["gate-lock_switch"]
    assert "enabled_by_default" not in told["siren_siren"]


def test_starting_and_stopping_and_testing_by_a_button_has_to_be_enabled() -> None:
    told = components(BIG)
    for key in ("siren_start", "siren_stop", "garage-door_test"):
        assert told[key]["enabled_by_default"] is False
    assert told["garage-door_test"]["entity_category"] == "config"


def test_an_alarm_is_about_safety_and_needs_the_bridge_alone() -> None:
    alarm = components(BIG)["garage-door_alarm"]
    assert alarm["device_class"] == "safety"
    assert "availability" not in alarm


def test_the_editor_of_automations_offers_begin_and_end_of_each_inputs_alarm() -> None:
    offered = {key: one for key, one in components(BIG).items() if one["platform"] == "device_automation"}
    assert offered.keys() == {f"{one.id}_{what}" for one in BIG.inputs for what in ("alarm_begins", "alarm_ends")}
    assert offered["garage-door_alarm_begins"] == {
        "automation_type": "trigger",
        "payload": "alarm_begin",
        "platform": "device_automation",
        "subtype": "",
        "topic": "site/alarm2mqtt/front-gate/input/garage-door/event",
        "type": "alarm begins",
        "value_template": "{{ value_json.event_type }}",
    }


@pytest.mark.parametrize("name", [" ", "\u2003", "\u0085"])
def test_a_blank_name_is_the_id(name: str) -> None:
    nameless = with_parts(SMALL, (InputSettings(id="button", name=name),))
    assert payloads(nameless)["homeassistant/device/doorbell_button/config"]["device"]["name"] == "button"


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
    found = payloads(settings)
    assert set(found) in (set(), {one.topic for one in parts(settings)})
    identifiers = [one for body in found.values() for one in body["device"]["identifiers"]]
    assert len(set(identifiers)) == len(identifiers)
    entities = [(key, one) for body in found.values() for key, one in body["components"].items() if "unique_id" in one]
    assert len({one["unique_id"] for _, one in entities}) == len(entities)
    assert all(one["unique_id"] == f"{settings.device.id}_{key}" for key, one in entities)
    assert all(HA_ENTITY_ID.fullmatch(one["default_entity_id"]) for _, one in entities)
    entity_ids = [one["default_entity_id"] for _, one in entities]
    dashes = any("-" in one.id for one in (*settings.inputs, *settings.outputs))
    assert dashes or len(set(entity_ids)) == len(entity_ids)


@given(any_settings(), any_settings())
def test_what_may_have_another_description_is_never_overlooked(before: Settings, after: Settings) -> None:
    made = {one.id: describe(one) for one in parts(before)}
    changed = changed_parts(before, after)
    for one in parts(after):
        assert one.id in changed or made[one.id] == describe(one)


def test_only_what_changed_is_described_anew() -> None:
    door, tamper = BIG.inputs
    assert changed_parts(BIG, with_parts(BIG, BIG.inputs, BIG.outputs)) == frozenset()
    renamed_door = with_parts(BIG, (replace(door, name="Barn"), tamper), BIG.outputs)
    assert changed_parts(BIG, renamed_door) == {"garage-door", ""}
    siren, *others = BIG.outputs
    assert changed_parts(BIG, with_parts(BIG, BIG.inputs, (replace(siren, mode="pulse"), *others))) == {"siren"}
    horn = with_parts(BIG, BIG.inputs, (replace(siren, name="Horn"), *others))
    assert changed_parts(BIG, horn) == {"siren", "garage-door", "tamper"}


@pytest.mark.parametrize("count", [8, 64, 200])
def test_no_description_is_larger_than_32_kb_however_many_terminals_there_are(count: int) -> None:
    everything = BIG.inputs[0].linkage
    many = with_parts(
        BIG,
        [
            InputSettings(id=f"{number:032}", name="n" * 64, device_class="garage_door", linkage=everything)
            for number in range(count)
        ],
        [OutputSettings(id=f"x{number:031}", name="n" * 64, kind="siren") for number in range(count)],
    )
    sizes = [len(body) for _, body in steps(replace(many, schedules={"nights": ALWAYS}))]
    assert len(sizes) == 2 * count + 1
    assert max(sizes) <= LARGEST_BYTES
    assert max(sizes) < 20_000


def test_schedules_without_end_leave_out_settings_and_nothing_else() -> None:
    endless = replace(BIG, schedules={f"{number:032}": ALWAYS for number in range(600)})
    door = next(one for one in parts(endless) if one.id == "garage-door")
    made = fitted(door)
    assert made is not None
    assert len(made.payload) <= LARGEST_BYTES
    assert made.left_out > 0
    assert {"garage-door_state", "garage-door_alarm", "garage-door_event", "garage-door_image"} <= made.platforms.keys()


def test_a_removed_input_takes_its_device_away_and_nothing_else() -> None:
    without = with_parts(BIG, BIG.inputs[1:], BIG.outputs)
    (removed, *others) = steps(without, BIG)
    assert removed == (DOOR, b"")
    assert DOOR not in dict(others)


def test_an_output_that_is_removed_takes_its_switch_at_each_input_away_alone_and_then_leaves_it_out() -> None:
    without = with_parts(BIG, BIG.inputs, BIG.outputs[1:])
    removal, whole = (json.loads(body) for topic, body in steps(without, BIG) if topic == DOOR)
    assert removal["components"] == {"garage-door_link_siren": {"platform": "switch"}}
    assert "garage-door_link_siren" not in whole["components"]
    assert removal["device"] == whole["device"]


def test_the_same_settings_again_are_the_same_payloads_without_removals() -> None:
    assert steps(BIG, BIG) == steps(BIG)


def test_another_device_id_clears_the_old_topics() -> None:
    cleared = [topic for topic, body in steps(renamed(BIG, "back-gate"), BIG) if not body]
    assert cleared == list(payloads(BIG))


def test_discovery_turned_off_clears_the_topics_and_never_a_topic_that_was_not_used() -> None:
    off = discovery_off(BIG)
    assert steps(off, BIG) == tuple((topic, b"") for topic in payloads(BIG))
    assert steps(off) == steps(off, off) == ()


def test_what_was_described_before_a_restart_is_read_back_from_the_broker() -> None:
    for one in parts(BIG):
        made = fitted(one)
        assert made is not None
        assert read_platforms(made.payload) == made.platforms


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"\xff", b'{"components":[]}', b'{"components":{"a":7}}', b'{"components":{"a":{}}}',
        b'{"components":{"a":{"platform":"switch"}}}', b'{"migrate_discovery":true}',
    ],
)  # fmt: skip
def test_what_describes_nothing_is_nothing_to_remove(text: bytes) -> None:
    assert read_platforms(text) is None


def test_the_old_form_is_told_by_a_terminal_in_the_bridges_own_description() -> None:
    assert is_old_form({"clock": "binary_sensor", "door_state": "binary_sensor"})
    assert is_old_form({"clock": "binary_sensor", "x_switch": "switch"})
    assert not is_old_form(dict.fromkeys(payloads(BIG)[GATE]["components"], ""))
    assert is_migration(b'{"migrate_discovery": true}')
    assert not is_migration(b'{"migrate_discovery": 1}')
    assert not is_migration(b"[]")


def test_reasons_are_all_that_an_output_can_have() -> None:
    assert components(BIG)["siren_reason"]["options"] == [
        "manual", "alarm", "timing", "stop", "time", "cut_off", "restored", "broker_loss", "fault", "settings",
    ]  # fmt: skip


def test_commands_go_out_at_least_once() -> None:
    assert {one["qos"] for one in payloads(BIG).values()} == {1}


@pytest.mark.parametrize("at_most", [8_000, 4_000, 2_000])
def test_a_broker_with_a_limit_gets_descriptions_that_fit_and_have_what_matters_most(at_most: int) -> None:
    whole = payloads(BIG)
    for topic, body in steps(BIG, at_most=at_most):
        assert len(body) <= at_most
        kept = json.loads(body)["components"]
        assert kept.items() <= whole[topic]["components"].items()
        left_out = {part.get("entity_category") for key, part in whole[topic]["components"].items() if key not in kept}
        if None in left_out:
            assert not any("entity_category" in part for part in kept.values())
        elif "diagnostic" in left_out:
            assert not any(part.get("entity_category") == "config" for part in kept.values())


def test_a_broker_that_takes_next_to_nothing_gets_no_description() -> None:
    assert steps(BIG, at_most=300) == ()


def test_what_a_smaller_description_leaves_out_is_removed_first() -> None:
    removal, smaller = (json.loads(body) for topic, body in steps(BIG, BIG, at_most=4_000) if topic == DOOR)
    gone = {key for key, part in removal["components"].items() if part.keys() == {"platform"}}
    assert gone == payloads(BIG)[DOOR]["components"].keys() - smaller["components"].keys()
    assert gone


def test_a_limit_that_holds_not_even_one_entity_leaves_no_description() -> None:
    bridge, *_ = parts(SMALL)
    assert fitted(bridge, 50) is None
    assert fitted(bridge, None) == fitted(bridge, LARGEST_BYTES)
