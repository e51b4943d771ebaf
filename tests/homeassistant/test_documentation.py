"""The automations that the documentation shows, in a real Home Assistant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge
from servers.camera import SnapshotCamera, note_of
from words.blueprints import runs
from words.builders import an_input, an_output
from words.home_assistant_devices import left_nothing
from words.pages import blocks, yaml

pytestmark = [pytest.mark.homeassistant, pytest.mark.timeout(180)]

LIGHT, PICTURE = "README.md", "docs/home-assistant.md"
IMAGE = "image.front_gate_garage_door_image"
DOOR = an_input("garage-door", outputs=["siren"], quiet_s=0)
SIREN = an_output("siren", kind="siren", alarm_time_ms=200)


def automation(page: str) -> dict[str, Any]:
    (found,) = (written for block in blocks(page, "yaml") if "triggers" in (written := yaml(block)))
    return dict(found)


@pytest.fixture
def camera() -> Iterator[SnapshotCamera]:
    """A camera whose pictures come long after the event."""
    with SnapshotCamera(auth="none", delay_s=1.0) as one:
        yield one


@pytest.fixture
def bridge(ha: Any, tmp_path: Path, camera: SnapshotCamera) -> Iterator[Bridge]:
    port = ha.rig["broker_port"]
    with Bridge(tmp_path, port, **around(camera, DOOR, an_input("bell", quiet_s=0))) as one:
        ha.wait_state("binary_sensor.front_gate_garage_door", "off", 20)
        yield one
    left_nothing(ha, port, "front-gate")


def test_the_light_goes_on_once_an_alarm_and_not_for_a_restart_during_one(ha: Any, bridge: Bridge) -> None:
    own = used(ha, LIGHT)
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


def test_the_message_has_the_picture_of_its_own_alarm_and_no_restart_sends_one_again(
    ha: Any, bridge: Bridge, camera: SnapshotCamera
) -> None:
    own = used(ha, PICTURE)
    for number in (1, 2):
        before = camera.served
        door(ha, bridge, "connect", "alarm_begin")
        ha.wait(lambda number=number: runs(ha, own) == number, label="the automation has run")
        # What the message would send now.
        assert note_of(ha.image(IMAGE)) == str(before + 1)
        door(ha, bridge, "disconnect", "alarm_end")
        # Another input's alarm, and a command, give no picture of the door.
        bridge.board("connect bell")
        ha.wait(lambda before=before: camera.served == before + 2, label="the bell's picture")
        ha.call("button", "press", {"entity_id": "button.front_gate_snapshot"})
        ha.wait(lambda before=before: camera.served == before + 3, label="the command's picture")
        bridge.board("disconnect bell")
    # Pictures are published again for a Home Assistant that has started, and when the bridge has.
    published = ha.state(IMAGE)["state"]
    ha.publish("homeassistant/status", "online")
    ha.wait_state(IMAGE, lambda state: state["state"] > published)
    bridge.kill()
    ha.wait_state(IMAGE, "unavailable")
    bridge.start()
    ha.wait_state(IMAGE, lambda state: state["state"] not in ("unavailable", "unknown"), 20)
    assert runs(ha, own) == 2
    ha.automation_delete(own)


def around(camera: SnapshotCamera, *inputs: dict[str, Any]) -> dict[str, Any]:
    """Settings of these inputs, a siren and the camera."""
    return {
        "device": {"name": "Front gate camera"},
        "inputs": list(inputs),
        "outputs": [SIREN],
        "cameras": {"gate": {"snapshot": camera.url}},
    }


def used(ha: Any, page: str) -> str:
    """The page's automation, valid and in use; its lights and telephones are not here. Returns its id."""
    written = automation(page)
    parts = {part: written[part] for part in ("triggers", "conditions", "actions")}
    assert all(one["valid"] for one in ha.validate(**parts).values())
    own = f"from-{Path(page).stem.lower()}"
    *before, _ = written["actions"]
    ha.automation(own, {**written, "actions": [*before, {"stop": "it ran"}]})
    return own


def door(ha: Any, bridge: Bridge, does: str, event: str) -> None:
    """The door opens or closes, and Home Assistant has heard of it."""
    bridge.board(f"{does} garage-door")
    ha.wait_state("event.front_gate_garage_door_event", lambda state: state["attributes"].get("event_type") == event)


def test_the_alarm_of_an_input_that_is_added_while_tripped_is_heard(
    ha: Any, bridge: Bridge, camera: SnapshotCamera
) -> None:
    bridge.write(**around(camera, DOOR, an_input("gate", trigger_mode="disconnect")))
    event = "event.front_gate_gate_event"
    ha.wait_state(event, lambda state: state["attributes"].get("event_type") == "alarm_begin", 20)
