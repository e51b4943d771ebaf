"""The device's actions in a real Home Assistant: what is asked for there, and what is shown of it.

The log must hold no warning and no error, of any logger, after each test (`ha`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fakes.bridge_over_mqtt import NOW, BridgeStandIn
from programs.mqtt_client import MqttClient
from words.descriptions import components
from words.example_settings import BIG, WITHOUT_ACTIONS
from words.home_assistant_devices import devices, registered

from bridge.core.facts import ActionRequested, Origin
from bridge.core.status import QueueStatus, RecordingStatus, SoundStatus
from bridge.mqtt.commands.payload import fact_of, read

pytestmark = [pytest.mark.homeassistant, pytest.mark.timeout(180)]

BY = Origin(by="mqtt")
SIREN = "siren.front_gate_audible"
JPEG = b"\xff\xd8\xff\xe0 made up, and as long as a picture \xff\xd9" * 5000


@pytest.fixture
def bridge(ha: Any) -> Iterator[BridgeStandIn]:
    """The big device, taken up by Home Assistant; nobody has told yet how its actions fare."""
    with BridgeStandIn(ha.rig["broker_port"], BIG) as one:
        ha.wait_state("binary_sensor.front_gate_clock", "on")
        ha.wait_state(SIREN, "unknown")
        ha.wait_state("switch.front_gate_spare", "off")
        yield one
    ha.wait(lambda: not devices(ha, "front-gate"), label="devices removed")


def asked_for(ha: Any, bridge: BridgeStandIn, service: str, data: dict[str, Any]) -> object:
    """The one command that a service of Home Assistant makes, as the bridge understands it."""
    with MqttClient(ha.rig["broker_port"], f"{bridge.topics.device}/#") as client:
        ha.call(*service.split("."), data)
        (heard,) = ha.wait(lambda: [one for one in client.heard if not one.stored], label="the command")
    command = bridge.topics.command(heard.topic)
    assert command is not None
    return fact_of(command, read(command.kind, heard.payload), BY)


@pytest.mark.parametrize(
    ("service", "data", "wanted"),
    [
        ("button.press", {"entity_id": "button.front_gate_snapshot"}, ActionRequested(kind="snapshot", origin=BY)),
        ("button.press", {"entity_id": "button.front_gate_test_email"}, ActionRequested(kind="email", origin=BY)),
        ("button.press", {"entity_id": "button.front_gate_test_ftp"}, ActionRequested(kind="ftp", origin=BY)),
        ("button.press", {"entity_id": "button.front_gate_record"}, ActionRequested(kind="record", origin=BY)),
        ("siren.turn_on", {"entity_id": SIREN}, ActionRequested(kind="audible", origin=BY)),
        (
            "siren.turn_on",
            {"entity_id": SIREN, "tone": "Bitte gehen Sie.wav", "duration": 12, "volume_level": 0.35},
            ActionRequested(kind="audible", origin=BY, clip="Bitte gehen Sie.wav", duration_s=12, volume=35),
        ),
        ("siren.turn_off", {"entity_id": SIREN}, ActionRequested(kind="audible", origin=BY, stop=True)),
    ],
)
def test_an_action_that_a_person_asks_for_is_a_command_that_the_bridge_understands(
    ha: Any, bridge: BridgeStandIn, service: str, data: dict[str, Any], wanted: object
) -> None:
    assert asked_for(ha, bridge, service, data) == wanted


@pytest.mark.parametrize(
    "message",
    [
        "Somebody is at the gate.",
        """He said "it's open",\n\tand {{ left }} \\ 'then' \u2026 \U0001f6aa \u00e9 </b> %s""",
        "b'not bytes'",
        "None",
        "[1, 2]",
        "17",
        "x" * 2000,
    ],
)
def test_a_message_reaches_the_mail_as_it_was_written(ha: Any, bridge: BridgeStandIn, message: str) -> None:
    said = asked_for(ha, bridge, "notify.send_message", {"entity_id": "notify.front_gate_notify", "message": message})
    assert said == ActionRequested(kind="email", origin=BY, text=message)


def test_a_message_that_is_too_long_for_a_mail_is_cut_and_not_lost(ha: Any, bridge: BridgeStandIn) -> None:
    data = {"entity_id": "notify.front_gate_notify", "message": "\u00e9" * 2001}
    said = asked_for(ha, bridge, "notify.send_message", data)
    assert said == ActionRequested(kind="email", origin=BY, text="\u00e9" * 1999 + "\u2026")


def test_the_siren_is_on_while_something_plays_and_not_because_it_was_asked_to(ha: Any, bridge: BridgeStandIn) -> None:
    bridge.say_status(sound=SoundStatus(playing=False))
    siren = ha.wait_state(SIREN, "off")
    turn_on, turn_off, tones, volume, duration = 1, 2, 4, 8, 16
    assert siren["attributes"]["supported_features"] == turn_on | turn_off | tones | volume | duration
    assert siren["attributes"]["available_tones"] == ["Bitte gehen Sie.wav", "dog.wav"]
    asked_for(ha, bridge, "siren.turn_on", {"entity_id": SIREN, "tone": "dog.wav"})
    assert ha.state(SIREN)["state"] == "off"
    bridge.say_status(sound=SoundStatus(playing=True))
    ha.wait_state(SIREN, "on")
    bridge.say_status(sound=SoundStatus(playing=False))
    ha.wait_state(SIREN, "off")


def test_the_picture_of_the_last_alarm_is_shown_byte_for_byte(ha: Any, bridge: BridgeStandIn) -> None:
    image = "image.front_gate_image"
    ha.wait_state(image, "unknown")
    for picture in (JPEG, JPEG[::-1]):
        before = ha.state(image)["state"]
        bridge.say_picture(picture)
        ha.wait_state(image, lambda state, before=before: state["state"] not in (before, "unknown", "unavailable"))
        assert ha.image(image) == picture


def test_what_waits_and_what_went_wrong_is_shown(ha: Any, bridge: BridgeStandIn) -> None:
    unknown = ("email_queue", "email_error", "ftp_queue", "ftp_error", "free_space")
    for what in unknown:
        ha.wait_state(f"sensor.front_gate_{what}", "unknown")
    bridge.say_status(
        queues={
            "email": QueueStatus(server="mail:587", queued=2, last_ok=NOW, last_error="535 wrong password"),
            "ftp": QueueStatus(server="ftp:21", queued=0, last_ok=None, last_error=None),
        },
        recording=RecordingStatus(problem=None, free_mb=7123, clips=3, last_clip="2026-03-04/050607_garage-door.mp4"),
    )
    queue = ha.wait_state("sensor.front_gate_email_queue", "2")
    assert queue["attributes"]["last_ok"] == "2026-03-04T05:06:07.890+00:00"
    ha.wait_state("sensor.front_gate_email_error", "535 wrong password")
    ha.wait_state("sensor.front_gate_ftp_queue", "0")
    ha.wait_state("sensor.front_gate_ftp_error", "none")
    space = ha.wait_state("sensor.front_gate_free_space", lambda state: float(state["state"]) == 7123)
    assert (space["attributes"]["device_class"], space["attributes"]["unit_of_measurement"]) == ("data_size", "MB")
    assert space["attributes"]["clips"] == 3


def test_a_card_that_is_gone_and_an_error_as_long_as_a_page_are_shown_too(ha: Any, bridge: BridgeStandIn) -> None:
    bridge.say_status(
        queues={
            "email": QueueStatus(server="mail:587", queued=0, last_ok=None, last_error="all is lost, 'really' " * 50)
        },
        recording=RecordingStatus(problem="the card is missing", free_mb=None, clips=0, last_clip=None),
    )
    ha.wait_state(
        "sensor.front_gate_email_error",
        lambda state: len(state["state"]) == 255 and state["state"].endswith("\u2026"),
    )
    space = ha.wait_state(
        "sensor.front_gate_free_space", lambda state: state["attributes"].get("problem") == "the card is missing"
    )
    assert space["state"] == "unknown"
    bridge.say_status()
    ha.wait_state("sensor.front_gate_email_error", "unknown")


def test_actions_that_are_no_longer_configured_leave_nothing_behind(ha: Any, bridge: BridgeStandIn) -> None:
    bridge.say_picture(JPEG)
    bridge.change(WITHOUT_ACTIONS)
    left = {one["unique_id"] for one in components(WITHOUT_ACTIONS).values() if "unique_id" in one}
    ha.wait(lambda: registered(ha, "front-gate").keys() == left, label="the actions' entities are gone")
    bridge.change(BIG)
    ha.wait_state(SIREN, "unknown")
    ha.wait_state("button.front_gate_record", lambda state: state["state"] != "unavailable")
