"""A device of an earlier release in a real Home Assistant, taken over by this one: nothing of the owner's is lost.

The log must hold no warning and no error, of any logger, after each test (`ha`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.bridge_over_mqtt import BridgeStandIn
from programs.bridge import Bridge
from servers.process import wait_until
from words.builders import an_input, an_output, settings_of
from words.home_assistant_devices import areas, devices, left_nothing, registered
from words.old_form import old_description

from bridge.core.definitions.settings import Settings
from bridge.mqtt.topics import Topics

pytestmark = [pytest.mark.homeassistant, pytest.mark.timeout(300)]

ID = "west-gate"
DEVICE = {"id": ID, "name": "West gate", "area": "Yard", "startup_grace_s": 0}
DOOR = an_input("door", name="West door", device_class="door", outputs=["horn"])
HORN = an_output("horn", name="Horn", kind="siren", alarm_time_ms=500)
LAMP = an_output("lamp", name="Lamp")
GONE = an_input("gone", name="No more")


@pytest.fixture
def earlier(ha: Any) -> Iterator[BridgeStandIn]:
    """The device of an earlier release, as Home Assistant and its owner have it; the program is then stopped."""
    port = ha.rig["broker_port"]
    settings = settings_of(DOOR, GONE, HORN, LAMP, device=DEVICE)
    one = BridgeStandIn(port, settings, describe=old_steps)
    ha.wait_state("switch.west_gate_horn", "off", 20)
    ha.wait_state("binary_sensor.west_gate_door", "off")
    yield one
    # Home Assistant watches an entity that was disabled before the move on its old topic until MQTT is loaded again.
    ha.rest("POST", f"/api/config/config_entries/entry/{ha.entry('mqtt')['entry_id']}/reload")
    for entity in ("switch.west_gate_armed", "binary_sensor.west_gate_door_alarm", "switch.west_gate_lamp"):
        ha.wait_state(entity, lambda state: not state["attributes"].get("restored"), 30)
    left_nothing(ha, port, ID)


def old_steps(settings: Settings, _before: Settings | None) -> list[tuple[str, bytes]]:
    return [(Topics.of(settings).discovery, old_description(settings))]


def test_ids_names_areas_what_was_disabled_and_the_history_are_kept(
    ha: Any, earlier: BridgeStandIn, tmp_path: Path
) -> None:
    owner_did(ha)
    earlier.trip("door")
    ha.wait_state("binary_sensor.barn_door", "on")
    earlier.restore("door")
    ha.wait_state("binary_sensor.barn_door", "off")
    before = registered(ha, ID)
    assert len(devices(ha, ID)) == 1
    earlier.leave()
    with Bridge(tmp_path, ha.rig["broker_port"], device=DEVICE, inputs=[DOOR], outputs=[HORN, LAMP]):
        ha.wait(lambda: devices(ha, ID).keys() == {ID, f"{ID}_door", f"{ID}_horn", f"{ID}_lamp"}, 40, label="devices")
        ha.wait_state("binary_sensor.barn_door", "off", 20)
        ha.wait_state("siren.west_gate_horn_siren", "off")
        after = registered(ha, ID)
        gone = {key for key in before if key.startswith(f"{ID}_gone_")}
        assert gone
        assert after.keys() == before.keys() - gone
        for key, one in after.items():
            for what in ("id", "entity_id", "name", "disabled_by", "area_id"):
                assert one[what] == before[key][what], (key, what)
        found = devices(ha, ID)
        assert {found[f"{ID}_{part}"]["via_device_id"] for part in ("door", "horn", "lamp")} == {found[ID]["id"]}
        assert found[ID]["id"] == before[f"{ID}_armed"]["device_id"]
        assert found[f"{ID}_door"]["id"] == after[f"{ID}_door_alarm"]["device_id"]
        assert set(areas(ha, ID).values()) == {"Yard"}
        lost = {key for key, one in after.items() if not one["disabled_by"] and is_lost(ha, one["entity_id"])}
        assert lost == set()
        assert "on" in history(ha, "binary_sensor.barn_door")
        assert ha.state("binary_sensor.west_gate_door_alarm")["attributes"]["friendly_name"] == "West door Alarm"


def test_home_assistant_that_was_off_meanwhile_sees_the_end_and_keeps_everything_too(
    ha: Any, earlier: BridgeStandIn, off: Callable[[], AbstractContextManager[None]], tmp_path: Path
) -> None:
    owner_did(ha)
    before = registered(ha, ID)
    earlier.leave()
    bridge = Bridge(tmp_path, ha.rig["broker_port"], device=DEVICE, inputs=[DOOR, GONE], outputs=[HORN, LAMP])
    with ExitStack() as stack:
        with off():
            stack.enter_context(bridge)
            wait_until(lambda: "kept" in bridge.said(), within_s=40, what="the move")
        ha.wait_state("binary_sensor.barn_door", "off", 40)
        ha.wait(lambda: len(devices(ha, ID)) == 5, 20, label="devices")
        after = registered(ha, ID)
        for what in ("id", "entity_id", "name", "disabled_by"):
            assert {key: one[what] for key, one in after.items()} == {key: one[what] for key, one in before.items()}
        in_use = [one["entity_id"] for one in after.values() if not one["disabled_by"]]
        ha.wait(lambda: not [one for one in in_use if is_lost(ha, one)], 20, label="all of them in use")
        assert {one["via_device_id"] for key, one in devices(ha, ID).items() if key != ID} == {
            devices(ha, ID)[ID]["id"]
        }
        assert ha.problems() == []


def owner_did(ha: Any) -> None:
    """What an owner does with a device: another entity id, another name, one switched off."""
    update = "config/entity_registry/update"
    ha.ws(update, entity_id="binary_sensor.west_gate_door", new_entity_id="binary_sensor.barn_door", name="Barn")
    ha.ws(update, entity_id="number.west_gate_door_debounce", disabled_by="user")
    ha.wait_state("binary_sensor.barn_door", "off")


def is_lost(ha: Any, entity_id: str) -> bool:
    """Whether an entity is in the registry, and nothing describes it any more."""
    state = ha.state(entity_id)
    return state is None or state["state"] == "unavailable"


def history(ha: Any, entity_id: str) -> set[str]:
    """The states that an entity has had in the last hour."""
    since = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    found = ha.rest("GET", f"/api/history/period/{since}?filter_entity_id={entity_id}&minimal_response")
    return {one["state"] for of_one in found for one in of_one}
