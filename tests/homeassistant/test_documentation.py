"""The automations that the documentation shows, in a real Home Assistant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge
from programs.mqtt_client import MqttClient, retained
from words.builders import an_input, an_output
from words.pages import blocks, yaml

pytestmark = [pytest.mark.homeassistant, pytest.mark.timeout(180)]

PAGES = ("README.md", "docs/home-assistant.md")
DOOR = an_input("garage-door", outputs=["siren"])
SIREN = an_output("siren", kind="siren", alarm_time_ms=200)


def automation(page: str) -> dict[str, Any]:
    (found,) = (written for block in blocks(page, "yaml") if "triggers" in (written := yaml(block)))
    return dict(found)


@pytest.fixture
def bridge(ha: Any, tmp_path: Path) -> Iterator[Bridge]:
    port = ha.rig["broker_port"]
    with Bridge(tmp_path, port, device={"name": "Front gate camera"}, inputs=[DOOR], outputs=[SIREN]) as one:
        ha.wait_state("binary_sensor.front_gate_garage_door", "off", 20)
        yield one
    with MqttClient(port) as client:
        for topic in retained(port, "alarm2mqtt/#", "homeassistant/device/front-gate/config"):
            client.publish(topic, b"", retain=True)
    ha.wait(lambda: not ha.devices(identifier="front-gate"), label="device removed")


@pytest.mark.parametrize("page", PAGES)
def test_the_automation_is_valid_and_runs_once_an_alarm_and_not_for_a_restart_during_one(
    ha: Any, bridge: Bridge, page: str
) -> None:
    shown = automation(page)
    parts = {part: shown[part] for part in ("triggers", "conditions", "actions")}
    assert all(one["valid"] for one in ha.validate(**parts).values())
    # Its lights and telephones are not here.
    own = f"from-{Path(page).stem.lower()}"
    ha.automation(own, {**shown, "actions": [{"stop": "it ran"}]})
    door(ha, bridge, "connect", "alarm_begin")
    ha.wait(lambda: runs(ha, own) == 1, label="the automation has run")
    bridge.kill()
    ha.wait_state("event.front_gate_garage_door_event", "unavailable")
    bridge.start()
    ha.wait_state("binary_sensor.front_gate_garage_door_alarm", "on", 20)
    door(ha, bridge, "disconnect", "alarm_end")
    door(ha, bridge, "connect", "alarm_begin")
    ha.wait(lambda: runs(ha, own) >= 2, label="the automation has run again")
    assert runs(ha, own) == 2
    ha.automation_delete(own)


def door(ha: Any, bridge: Bridge, does: str, event: str) -> None:
    """The door opens or closes, and Home Assistant has heard of it."""
    bridge.board(f"{does} garage-door")
    ha.wait_state("event.front_gate_garage_door_event", lambda state: state["attributes"].get("event_type") == event)


def runs(ha: Any, automation_id: str) -> int:
    """How often its actions were reached."""
    traces = ha.ws("trace/list", domain="automation", item_id=automation_id)
    return sum(one["script_execution"] != "failed_conditions" for one in traces)
