"""The program itself on a simulated board, seen from a real Home Assistant.

The log must hold no warning and no error, of any logger, after each test (`ha`).
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge
from programs.mqtt_client import retained
from words.builders import an_input, an_output
from words.home_assistant_devices import areas, enable, left_nothing, registered

pytestmark = [pytest.mark.homeassistant, pytest.mark.timeout(180)]

D = "alarm2mqtt/side-gate"
DEVICE = {"id": "side-gate", "name": "Side gate", "area": "Yard", "startup_grace_s": 0}
DOOR = an_input("door", name="Side door", area="Garage", device_class="door", outputs=["horn"])
TAMPER = an_input("tamper", name="Tamper loop", device_class="tamper")
HORN = an_output("horn", name="Horn", kind="siren", alarm_time_ms=500)
ENTITIES = {
    *("binary_sensor.side_gate_door", "binary_sensor.side_gate_door_alarm", "event.side_gate_door_event"),
    *("sensor.side_gate_door_last_alarm", "binary_sensor.side_gate_door_problem"),
    *("siren.side_gate_horn", "sensor.side_gate_horn_reason", "binary_sensor.side_gate_horn_problem"),
    *("button.side_gate_silence", "sensor.side_gate_rejected_commands", "sensor.side_gate_journal_unsent"),
    *("binary_sensor.side_gate_clock", "binary_sensor.side_gate_problem"),
    *("switch.side_gate_door_enabled", "select.side_gate_door_trigger_mode", "select.side_gate_door_schedule"),
    *("switch.side_gate_door_link_horn", "select.side_gate_horn_mode", "switch.side_gate_horn_follow_source"),
    *("number.side_gate_horn_alarm_time", "switch.side_gate_armed"),
}
DISABLED = {
    *("button.side_gate_door_test", "number.side_gate_door_debounce", "switch.side_gate_horn"),
    *("button.side_gate_horn_start", "button.side_gate_horn_stop", "select.side_gate_horn_valid_signal"),
    *("select.side_gate_horn_timing_schedule", "switch.side_gate_horn_timing", "number.side_gate_horn_pulse_on"),
    "number.side_gate_horn_pulse_off",
}
"""Has to be enabled first."""


def parts(*some: dict[str, Any]) -> dict[str, Any]:
    """The device with these inputs and outputs."""
    return {
        "device": DEVICE,
        "inputs": [one for one in some if "linkage" in one],
        "outputs": [one for one in some if "linkage" not in one],
    }


def change(bridge: Bridge, *some: dict[str, Any]) -> None:
    """The file is edited, and the program told so."""
    bridge.write(**parts(*some))
    bridge.signal(signal.SIGHUP)


@pytest.fixture
def bridge(ha: Any, tmp_path: Path) -> Iterator[Bridge]:
    """Running, and taken up by Home Assistant; afterwards nothing of it is left on the broker."""
    port = ha.rig["broker_port"]
    with Bridge(tmp_path, port, **parts(DOOR, HORN)) as one:
        ha.wait_state("siren.side_gate_horn", "off", 20)
        ha.wait_state("binary_sensor.side_gate_door", "off")
        yield one
    left_nothing(ha, port, "side-gate")


def ours(ha: Any) -> set[str]:
    """All of the device but what has to be enabled, which Home Assistant remembers from test to test."""
    return {one for one in ha.states() if one.partition(".")[2].startswith("side_gate")} - DISABLED


@pytest.mark.usefixtures("bridge")
def test_all_entities_are_there_and_none_besides(ha: Any) -> None:
    ha.wait(lambda: ours(ha) == ENTITIES, label="the entities")
    ha.wait_state("sensor.side_gate_horn_reason", "unknown")
    ha.wait_state("sensor.side_gate_journal_unsent", lambda state: state["state"].isdigit())


def test_a_door_that_opens_sounds_the_horn_for_its_time(ha: Any, bridge: Bridge) -> None:
    bridge.board("connect door")
    ha.wait_state("binary_sensor.side_gate_door_alarm", "on")
    ha.wait_state("event.side_gate_door_event", lambda state: state["attributes"].get("event_type") == "alarm_begin")
    ha.wait_state("sensor.side_gate_door_last_alarm", lambda state: state["state"].startswith("20"))
    ha.wait_state("sensor.side_gate_horn_reason", "time")
    ha.wait_state("siren.side_gate_horn", "off")
    bridge.board("disconnect door")
    ha.wait_state("binary_sensor.side_gate_door", "off")
    ha.wait_state("event.side_gate_door_event", lambda state: state["attributes"]["event_type"] == "alarm_end")


@pytest.mark.usefixtures("bridge")
def test_each_terminal_is_in_its_own_area_or_else_in_the_bridges(ha: Any) -> None:
    wanted = {"side-gate": "Yard", "side-gate_door": "Garage", "side-gate_horn": "Yard"}
    ha.wait(lambda: areas(ha, "side-gate") == wanted, label="the areas")


@pytest.mark.usefixtures("bridge")
def test_the_siren_sounds_in_the_tone_and_for_the_time_asked_for(ha: Any) -> None:
    siren = "siren.side_gate_horn"
    ha.call("siren", "turn_on", {"entity_id": siren, "tone": "pulse", "duration": 60})
    ha.wait_state(siren, "on")
    attributes = f"{D}/output/horn/attributes"
    ha.wait(lambda: b'"pulse"' in retained(ha.rig["broker_port"], attributes)[attributes], label="the tone")
    ha.wait_state("sensor.side_gate_horn_reason", "manual")
    ha.call("siren", "turn_off", {"entity_id": siren})
    ha.wait_state(siren, "off")
    ha.wait_state("sensor.side_gate_horn_reason", "stop")


def test_buttons_test_start_stop_and_silence(ha: Any, bridge: Bridge) -> None:
    buttons = ("button.side_gate_door_test", "button.side_gate_horn_start", "button.side_gate_horn_stop")
    enable(ha, *buttons, "switch.side_gate_horn")
    for button in buttons:
        ha.wait_state(button, "unknown", 60)
    ha.wait_state("switch.side_gate_horn", lambda state: state["state"] == "off", 60)
    ha.call("button", "press", {"entity_id": "button.side_gate_door_test"})
    ha.wait_state("event.side_gate_door_event", lambda state: state["attributes"].get("cause") == "command")
    ha.wait_state("sensor.side_gate_horn_reason", "time")
    change(bridge, DOOR, {**HORN, "alarm_time_ms": 0})
    ha.call("button", "press", {"entity_id": "button.side_gate_horn_start"})
    ha.wait_state("switch.side_gate_horn", "on")
    ha.call("button", "press", {"entity_id": "button.side_gate_horn_stop"})
    ha.wait_state("siren.side_gate_horn", "off")
    ha.call("switch", "turn_on", {"entity_id": "switch.side_gate_horn"})
    ha.wait_state("switch.side_gate_horn", "on")
    ha.call("button", "press", {"entity_id": "button.side_gate_silence"})
    ha.wait_state("siren.side_gate_horn", "off")
    assert ha.state("sensor.side_gate_rejected_commands")["state"] == "0"


def test_a_lost_line_is_a_problem_and_heals(ha: Any, bridge: Bridge) -> None:
    bridge.board("fail door")
    ha.wait_state("binary_sensor.side_gate_door", "unavailable")
    ha.wait_state("binary_sensor.side_gate_door_problem", "on")
    bridge.board("heal door")
    ha.wait_state("binary_sensor.side_gate_door", "off")
    ha.wait_state("binary_sensor.side_gate_door_problem", "off")


def test_an_input_that_comes_and_goes_leaves_nothing_behind(ha: Any, bridge: Bridge) -> None:
    ha.wait(lambda: ours(ha) == ENTITIES, label="the entities")
    change(bridge, DOOR, TAMPER, HORN)
    ha.wait_state("binary_sensor.side_gate_tamper", "off")
    change(bridge, DOOR, HORN)
    ha.wait(lambda: ours(ha) == ENTITIES, label="the input is gone")
    assert {one["entity_id"] for one in registered(ha, "side-gate").values()} == ENTITIES | DISABLED
    ha.wait(
        lambda: not retained(ha.rig["broker_port"], "alarm2mqtt/side-gate/input/tamper/#"), label="its topics are clear"
    )


def test_an_input_removed_while_the_bridge_was_down_leaves_nothing_behind(ha: Any, bridge: Bridge) -> None:
    change(bridge, DOOR, TAMPER, HORN)
    ha.wait_state("binary_sensor.side_gate_tamper", "off")
    assert bridge.stop() == 0
    ha.wait_state("binary_sensor.side_gate_tamper", "unavailable")
    bridge.write(**parts(DOOR, HORN))
    bridge.start()
    ha.wait(lambda: ours(ha) == ENTITIES, label="the input is gone")
    ha.wait_state("siren.side_gate_horn", "off")


def test_a_bridge_that_is_killed_is_unavailable_and_comes_back(ha: Any, bridge: Bridge) -> None:
    bridge.kill()
    ha.wait_state("siren.side_gate_horn", "unavailable")
    ha.wait_state("sensor.side_gate_horn_reason", "unavailable")
    bridge.start()
    ha.wait_state("siren.side_gate_horn", "off", 20)
