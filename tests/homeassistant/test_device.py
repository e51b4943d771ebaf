"""Our device in a real Home Assistant: what a person sees there, and what comes back.

The log must hold no warning and no error, of any logger, after each test (`ha`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from fakes.bridge_over_mqtt import BridgeStandIn
from programs.mqtt_client import MqttClient
from words.descriptions import components
from words.example_settings import BIG
from words.home_assistant_devices import devices, enable, registered

from bridge.core.definitions.settings import HomeAssistantSettings, Settings
from bridge.core.facts import (
    InputTriggerRequested,
    Origin,
    OutputStartRequested,
    OutputStopRequested,
    SilenceRequested,
)
from bridge.mqtt.commands.payload import fact_of, read

pytestmark = [pytest.mark.homeassistant, pytest.mark.timeout(180)]

BY = Origin(by="mqtt")
ID = "front-gate"


@pytest.fixture
def bridge(ha: Any) -> Iterator[BridgeStandIn]:
    """The big device, taken up by Home Assistant, at rest."""
    with BridgeStandIn(ha.rig["broker_port"], BIG) as one:
        ha.wait_state("switch.front_gate_spare", "off")
        ha.wait_state("binary_sensor.front_gate_clock", "on")
        yield one
    ha.wait(lambda: not devices(ha, ID), label="devices removed")


def without(settings: Settings, input_id: str) -> Settings:
    return replace(settings, inputs=tuple(one for one in settings.inputs if one.id != input_id))


@pytest.mark.usefixtures("bridge")
def test_every_entity_is_there_under_the_contracts_id(ha: Any) -> None:
    wanted = {one["unique_id"]: one for one in components(BIG).values() if "unique_id" in one}
    there = registered(ha, ID)
    assert {key: one["entity_id"] for key, one in there.items()} == {
        key: one["default_entity_id"] for key, one in wanted.items()
    }
    assert {key: one["entity_category"] for key, one in there.items()} == {
        key: one.get("entity_category") for key, one in wanted.items()
    }
    assert {key for key, one in there.items() if one["disabled_by"] == "integration"} == {
        key for key, one in wanted.items() if one.get("enabled_by_default") is False
    }
    assert ha.state("binary_sensor.front_gate_garage_door")["attributes"]["friendly_name"] == "Garage door"
    assert ha.state("binary_sensor.front_gate_garage_door_alarm")["attributes"]["friendly_name"] == "Garage door Alarm"
    assert ha.state("button.front_gate_silence")["attributes"]["friendly_name"] == "Front gate camera Silence"


@pytest.mark.usefixtures("bridge")
def test_each_terminal_is_a_device_behind_the_bridge(ha: Any) -> None:
    found = devices(ha, ID)
    assert {identifier: (one["name"], one["model"]) for identifier, one in found.items()} == {
        "front-gate": ("Front gate camera", "alarm2mqtt"),
        "front-gate_garage-door": ("Garage door", "Alarm input"),
        "front-gate_tamper": ("tamper", "Alarm input"),
        "front-gate_siren": ("Siren", "Alarm output"),
        "front-gate_gate-lock": ("Gate lock", "Alarm output"),
        "front-gate_spare": ("spare", "Alarm output"),
    }
    bridge_id = found.pop("front-gate")["id"]
    assert {one["via_device_id"] for one in found.values()} == {bridge_id}


def test_the_editor_of_automations_offers_the_alarms_begin_and_end_and_they_fire(
    ha: Any, bridge: BridgeStandIn
) -> None:
    # What it has read of the door shows that it listens to the door's events as well.
    ha.wait_state("sensor.front_gate_garage_door_last_alarm", "unknown")
    device = devices(ha, ID)["front-gate_garage-door"]["id"]
    offered = {one["type"]: one for one in ha.device_triggers(device) if one["domain"] == "mqtt" and "type" in one}
    assert offered.keys() == {"alarm begins", "alarm ends"}
    for does, trigger in ((bridge.trip, offered["alarm begins"]), (bridge.restore, offered["alarm ends"])):
        heard = ha.trace({**trigger, "metadata": {}} if "metadata" not in trigger else trigger)
        does("garage-door")
        assert heard.fired()
        heard.close()


@pytest.mark.usefixtures("bridge")
def test_before_the_first_alarm_and_the_first_run_times_and_reasons_are_unknown(ha: Any) -> None:
    ha.wait_state("sensor.front_gate_garage_door_last_alarm", "unknown")
    ha.wait_state("sensor.front_gate_siren_reason", "unknown")
    ha.wait_state("event.front_gate_garage_door_event", "unknown")


@pytest.mark.usefixtures("bridge")
def test_at_rest_everything_is_off(ha: Any) -> None:
    for entity_id in (
        "binary_sensor.front_gate_garage_door",
        "binary_sensor.front_gate_garage_door_alarm",
        "binary_sensor.front_gate_garage_door_problem",
        "binary_sensor.front_gate_siren_problem",
        "siren.front_gate_siren",
        "switch.front_gate_spare",
    ):
        ha.wait_state(entity_id, "off")
    ha.wait_state("sensor.front_gate_journal_unsent", "0")
    ha.wait_state("sensor.front_gate_rejected_commands", "0")


def test_an_alarm_is_seen_as_state_alarm_event_and_time(ha: Any, bridge: BridgeStandIn) -> None:
    bridge.trip("garage-door")
    door = ha.wait_state("binary_sensor.front_gate_garage_door", "on")
    assert door["attributes"]["device_class"] == "garage_door"
    ha.wait_state(
        "binary_sensor.front_gate_garage_door", lambda state: state["attributes"].get("contact") == "connected"
    )
    ha.wait_state("binary_sensor.front_gate_garage_door_alarm", "on")
    ha.wait_state("sensor.front_gate_garage_door_last_alarm", "2026-03-04T05:06:07+00:00")
    seen = ha.wait_state(
        "event.front_gate_garage_door_event", lambda state: state["attributes"]["event_type"] == "alarm_begin"
    )
    assert (seen["attributes"]["cause"], seen["attributes"]["contact"]) == ("input", "connected")
    bridge.restore("garage-door")
    ha.wait_state("binary_sensor.front_gate_garage_door_alarm", "off")
    ha.wait_state("event.front_gate_garage_door_event", lambda state: state["attributes"]["event_type"] == "alarm_end")


def test_a_lost_line_is_unavailable_and_its_fault_is_told(ha: Any, bridge: BridgeStandIn) -> None:
    bridge.lose("garage-door")
    ha.wait_state("binary_sensor.front_gate_garage_door", "unavailable")
    assert ha.state("binary_sensor.front_gate_garage_door_alarm")["state"] == "off", "an alarm outlives its line"
    ha.wait_state("binary_sensor.front_gate_garage_door_problem", "on")
    ha.wait_state("event.front_gate_garage_door_event", lambda state: state["attributes"].get("event_type") == "fault")
    bridge.lose_output("siren")
    ha.wait_state("siren.front_gate_siren", "unavailable")
    ha.wait_state("binary_sensor.front_gate_siren_problem", "on")
    assert ha.state("binary_sensor.front_gate_tamper")["state"] == "off"


def test_an_outputs_run_shows_its_reason(ha: Any, bridge: BridgeStandIn) -> None:
    bridge.turn_on("siren")
    ha.wait_state("siren.front_gate_siren", "on")
    ha.wait_state("sensor.front_gate_siren_reason", "manual")
    for reason in ("alarm", "timing", "stop", "time", "cut_off", "restored", "broker_loss", "fault", "settings"):
        bridge.turn_off("siren", reason)
        ha.wait_state("sensor.front_gate_siren_reason", reason)
    ha.wait_state("siren.front_gate_siren", "off")


@pytest.mark.parametrize(
    ("service", "data", "topic", "fact"),
    [
        (
            "siren.turn_on",
            {"entity_id": "siren.front_gate_siren", "duration": 12, "tone": "pulse"},
            "output/siren/set",
            OutputStartRequested(output="siren", origin=BY, duration_ms=12_000, mode="pulse"),
        ),
        (
            "siren.turn_off",
            {"entity_id": "siren.front_gate_siren"},
            "output/siren/set",
            OutputStopRequested(output="siren", origin=BY),
        ),
        (
            "switch.turn_on",
            {"entity_id": "switch.front_gate_gate_lock"},
            "output/gate-lock/set",
            OutputStartRequested(output="gate-lock", origin=BY),
        ),
        (
            "switch.turn_off",
            {"entity_id": "switch.front_gate_gate_lock"},
            "output/gate-lock/set",
            OutputStopRequested(output="gate-lock", origin=BY),
        ),
        ("button.press", {"entity_id": "button.front_gate_silence"}, "silence", SilenceRequested(origin=BY)),
    ],
)
def test_what_a_person_does_there_is_a_command_that_the_bridge_understands(
    ha: Any, bridge: BridgeStandIn, service: str, data: dict[str, Any], topic: str, fact: object
) -> None:
    assert asked_for(ha, bridge, service, data) == (topic, fact)


def test_buttons_that_a_person_has_enabled_are_commands_too(ha: Any, bridge: BridgeStandIn) -> None:
    wanted = {
        "button.front_gate_spare_start": ("output/spare/set", OutputStartRequested(output="spare", origin=BY)),
        "button.front_gate_spare_stop": ("output/spare/set", OutputStopRequested(output="spare", origin=BY)),
        "button.front_gate_garage_door_test": (
            "input/garage-door/trigger",
            InputTriggerRequested(input="garage-door", origin=BY),
        ),
    }
    enable(ha, *wanted)
    for button in wanted:
        ha.wait_state(button, "unknown", 60)
    assert {button: asked_for(ha, bridge, "button.press", {"entity_id": button}) for button in wanted} == wanted


def asked_for(ha: Any, bridge: BridgeStandIn, service: str, data: dict[str, Any]) -> tuple[str, object]:
    """The one command of a service of Home Assistant: its topic, and how the bridge understands it."""
    stem = f"{bridge.topics.device}/"
    with MqttClient(ha.rig["broker_port"], f"{stem}#") as client:
        ha.call(*service.split("."), data)
        (heard,) = ha.wait(lambda: [one for one in client.heard if not one.stored], label="the command")
    command = bridge.topics.command(heard.topic)
    assert command is not None
    return heard.topic.removeprefix(stem), fact_of(command, read(command.kind, heard.payload), BY)


def test_a_siren_asks_for_no_volume(ha: Any, bridge: BridgeStandIn) -> None:
    bridge.turn_off("siren", "stop")
    state = ha.state("siren.front_gate_siren")
    turn_on, turn_off, tones, duration = 1, 2, 4, 16
    assert state["attributes"]["supported_features"] == turn_on | turn_off | tones | duration
    assert state["attributes"]["available_tones"] == ["switch", "pulse"]


def test_a_removed_input_leaves_nothing_behind(ha: Any, bridge: BridgeStandIn) -> None:
    before = registered(ha, ID)
    gone = {one for one in before if one.startswith("front-gate_garage-door_")}
    assert len(gone) == 18
    assert "front-gate_garage-door" in devices(ha, ID)
    bridge.change(without(BIG, "garage-door"))
    ha.wait(lambda: registered(ha, ID).keys() == before.keys() - gone, label="the input is gone from the registry")
    assert "front-gate_garage-door" not in devices(ha, ID)
    assert not [one for one in ha.states() if "garage_door" in one]
    ha.wait_state("binary_sensor.front_gate_tamper", "off")
    bridge.change(BIG)
    ha.wait_state("binary_sensor.front_gate_garage_door", "off")
    assert {key: one["entity_id"] for key, one in registered(ha, ID).items()} == {
        key: one["entity_id"] for key, one in before.items()
    }


def test_a_new_name_changes_what_is_shown_and_no_id(ha: Any, bridge: BridgeStandIn) -> None:
    before = registered(ha, ID)
    door = replace(BIG.inputs[0], name="Barn door")
    bridge.change(replace(BIG, inputs=(door, *BIG.inputs[1:])))
    ha.wait_state(
        "binary_sensor.front_gate_garage_door_alarm",
        lambda state: state["attributes"]["friendly_name"] == "Barn door Alarm",
    )
    after = registered(ha, ID)
    assert {key: one["entity_id"] for key, one in after.items()} == {
        key: one["entity_id"] for key, one in before.items()
    }


def test_an_output_that_is_no_siren_any_more_loses_only_its_siren(ha: Any, bridge: BridgeStandIn) -> None:
    before = registered(ha, ID)
    plain = replace(BIG.outputs[0], kind="generic")
    bridge.change(replace(BIG, outputs=(plain, *BIG.outputs[1:])))
    ha.wait(lambda: registered(ha, ID).keys() == before.keys() - {"front-gate_siren_siren"}, label="the siren is gone")
    enable(ha, "switch.front_gate_siren")
    ha.wait_state("switch.front_gate_siren", "off", 60)


def test_discovery_turned_off_takes_the_device_away(ha: Any, bridge: BridgeStandIn) -> None:
    bridge.change(replace(BIG, home_assistant=HomeAssistantSettings(discovery=False)))
    ha.wait(lambda: not devices(ha, ID), label="devices removed")
    assert not [one for one in ha.states() if ".front_gate_" in one]
