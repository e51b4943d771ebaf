"""The blueprints and the dashboard in `examples/`, in a real Home Assistant with the program and its board.

The log must hold no warning and no error, of any logger, after each test (`ha`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from programs.bridge import Bridge
from programs.mqtt_client import MqttClient, retained
from servers.camera import SnapshotCamera, note_of
from servers.phone import Phone
from words.blueprints import refusals, runs, unused, use
from words.builders import an_input, an_output
from words.home_assistant_devices import devices, left_nothing
from words.pages import ROOT, yaml

pytestmark = [pytest.mark.homeassistant, pytest.mark.timeout(180)]

ID = "front-gate"
ALARM, BELL_ALARM = "binary_sensor.front_gate_garage_door_alarm", "binary_sensor.front_gate_bell_alarm"
EVENT, BELL_EVENT = "event.front_gate_garage_door_event", "event.front_gate_bell_event"
IMAGE = "image.front_gate_garage_door_image"
SIREN, STROBE, ARMED = "siren.front_gate_siren", "switch.front_gate_strobe", "switch.front_gate_armed"
SILENCE, SNAPSHOT = "button.front_gate_silence", "button.front_gate_snapshot"
SETTINGS = {
    "device": {"id": ID, "name": "Front gate camera"},
    "inputs": [
        an_input("garage-door", name="Garage door", quiet_s=0),
        an_input("bell", name="Bell", quiet_s=0),
        an_input("lock", name="Key", disarm=True),
    ],
    "outputs": [
        an_output("siren", name="Siren", kind="siren"),
        an_output("strobe", name="Strobe", kind="strobe"),
    ],
}


@pytest.fixture(scope="module")
def camera() -> Iterator[SnapshotCamera]:
    """A camera whose pictures come long after the event."""
    with SnapshotCamera(auth="none", delay_s=0.3) as one:
        yield one


@pytest.fixture(scope="module")
def house(home_assistant: Any, camera: SnapshotCamera, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    """The program, taken up by Home Assistant; afterwards nothing of it is left on the broker."""
    port = home_assistant.rig["broker_port"]
    settings = {**SETTINGS, "cameras": {"gate": {"snapshot": camera.url}}}
    with Bridge(tmp_path_factory.mktemp("house"), port, **settings) as one:
        for entity in (ALARM, BELL_ALARM, SIREN, STROBE):
            home_assistant.wait_state(entity, "off", 20)
        home_assistant.wait_state(ARMED, "on")
        for button in (SILENCE, SNAPSHOT):
            home_assistant.wait_state(button, "unknown")
        yield one
    left_nothing(home_assistant, port, ID)


@pytest.fixture(scope="module")
def phone(home_assistant: Any) -> Iterator[Phone]:
    with Phone(home_assistant) as one:
        yield one


@pytest.fixture(scope="module")
def journal(house: Bridge) -> Iterator[MqttClient]:
    """Everything that the house's journal has since it was listened to."""
    with MqttClient(house.port, f"alarm2mqtt/{ID}/journal") as one:
        yield one


def count(journal: MqttClient, kind: str) -> int:
    return sum(one.json["kind"] == kind for one in tuple(journal.heard))


@pytest.fixture
def bridge(ha: Any, house: Bridge, phone: Phone, journal: MqttClient) -> Iterator[Bridge]:
    """Everything is at rest and armed before and after, and all pictures have been taken."""
    phone.inbox.clear()
    yield house
    for each in ("garage-door", "bell"):
        house.board(f"disconnect {each}")
    ha.call("button", "press", {"entity_id": SILENCE})
    ha.call("switch", "turn_on", {"entity_id": ARMED})
    for entity in (ALARM, BELL_ALARM, SIREN, STROBE):
        ha.wait_state(entity, "off")
    ha.wait_state(ARMED, "on")
    ha.wait(lambda: count(journal, "snapshot") >= count(journal, "alarm_begin"), label="the pictures")


@pytest.fixture
def automation(ha: Any, bridge: Bridge) -> Iterator[Callable[..., str]]:
    """Makes an automation of a blueprint; it is removed afterwards."""
    assert bridge
    made = []

    def make(name: str, **chosen: Any) -> str:
        made.append(name)
        return use(ha, name, **chosen)

    yield make
    for name in made:
        unused(ha, name)


def terminal(ha: Any, terminal_id: str) -> str:
    """The device of an input or output."""
    return str(devices(ha, f"{ID}_{terminal_id}")[f"{ID}_{terminal_id}"]["id"])


def board_shows(ha: Any, bridge: Bridge, output: str, contact: str) -> None:
    ha.wait(lambda: bridge.contact(output) == contact, label=f"{output} {contact}")


def test_a_siren_sounds_for_an_alarm_only_while_nobody_is_home_and_in_its_hours(
    ha: Any, bridge: Bridge, automation: Callable[..., str]
) -> None:
    ha.rest("POST", "/api/states/person.anna", {"state": "home"})
    usual = {"alarms": [ALARM, BELL_ALARM], "sirens": [SIREN], "duration": 60, "people": ["person.anna"]}
    own = automation("siren.yaml", **usual)
    bridge.board("connect garage-door")
    ha.wait(lambda: refusals(ha, own) == 1, label="somebody is home")
    ha.rest("POST", "/api/states/person.anna", {"state": "not_home"})
    bridge.board("connect bell")
    board_shows(ha, bridge, "siren", "connected")
    ha.call("button", "press", {"entity_id": SILENCE})
    board_shows(ha, bridge, "siren", "disconnected")
    bridge.board("disconnect bell")
    ha.wait_state(BELL_ALARM, "off")
    later = [(datetime.now(UTC) + timedelta(hours=hours)).strftime("%H:%M:00") for hours in (2, 3)]
    use(ha, "siren.yaml", **usual, after=later[0], before=later[1])
    before = refusals(ha, own)
    bridge.board("connect bell")
    ha.wait(lambda: refusals(ha, own) == before + 1, label="it is not the hour")
    assert bridge.contact("siren") == "disconnected"


def test_a_phone_gets_the_picture_of_each_alarm_once_and_its_buttons_work(
    ha: Any, bridge: Bridge, camera: SnapshotCamera, phone: Phone, automation: Callable[..., str]
) -> None:
    own = automation("phone.yaml", doors=[EVENT, BELL_EVENT], phone=phone.device_id, silence=SILENCE, snapshot=SNAPSHOT)
    for number, (terminal_id, name) in enumerate((("garage-door", "Garage door"), ("bell", "Bell")), start=1):
        before = camera.served
        bridge.board(f"connect {terminal_id}")
        shown = phone.wait_for(lambda message, name=name: message.title == name and message.picture)
        assert note_of(shown.picture) == str(before + 1)
        first, second = phone.inbox[-2:]
        assert (len(phone.inbox), first.picture) == (2 * number, None)
        image = ha.state(f"image.front_gate_{terminal_id.replace('-', '_')}_image")
        assert first.data["tag"] == second.data["tag"] == image["attributes"]["alarm"]
    # A picture that is published again, as after each start of Home Assistant, is that of no new alarm.
    published = ha.state(IMAGE)["state"]
    with MqttClient(bridge.port) as client:
        for topic, payload in retained(
            bridge.port, f"alarm2mqtt/{ID}/snapshot/#", f"alarm2mqtt/{ID}/input/+/picture"
        ).items():
            client.publish(topic, payload, retain=True)
    ha.wait_state(IMAGE, lambda state: state["state"] != published)
    ha.call("siren", "turn_on", {"entity_id": SIREN})
    board_shows(ha, bridge, "siren", "connected")
    phone.press(shown.button("Silence"))
    board_shows(ha, bridge, "siren", "disconnected")
    taken = camera.served
    phone.press(shown.button("Snapshot"))
    snapshot = phone.wait_for(lambda message: message.title == "Snapshot")
    assert note_of(snapshot.picture) == str(taken + 1)
    assert (len(phone.inbox), runs(ha, own)) == (5, 4)


def test_an_alarm_that_nobody_silences_goes_from_strobe_to_siren_to_message(
    ha: Any, bridge: Bridge, phone: Phone, automation: Callable[..., str]
) -> None:
    usual = {"alarms": [ALARM, BELL_ALARM], "strobe": STROBE, "siren": SIREN, "phone": phone.device_id}
    own = automation("escalation.yaml", **usual, siren_after={"seconds": 0.5}, message_after={"seconds": 0.5})
    bridge.board("connect garage-door")
    board_shows(ha, bridge, "strobe", "connected")
    bridge.board("disconnect garage-door")
    board_shows(ha, bridge, "siren", "connected")
    told = phone.wait_for(lambda message: message.title == "Garage door")
    assert (told.text, bridge.contact("strobe")) == ("Nobody has silenced the alarm.", "connected")
    ha.call("button", "press", {"entity_id": SILENCE})
    for output in ("strobe", "siren"):
        board_shows(ha, bridge, output, "disconnected")
    use(ha, "escalation.yaml", **usual, siren_after={"seconds": 0.5}, message_after={"minutes": 5})
    bridge.board("connect garage-door")
    board_shows(ha, bridge, "siren", "connected")
    ha.call("switch", "turn_off", {"entity_id": STROBE})
    board_shows(ha, bridge, "siren", "disconnected")
    ha.wait_state(ha.by_unique_id(own), lambda state: state["attributes"]["current"] == 0)
    assert len(phone.inbox) == 1


def test_a_switch_arms_and_disarms_and_sends_a_message_if_a_key_holds_the_bridge_disarmed(
    ha: Any, bridge: Bridge, phone: Phone, automation: Callable[..., str]
) -> None:
    (gate,) = ha.devices(identifier=ID)
    key = "input_boolean.key"
    ha.call("input_boolean", "turn_on", {"entity_id": key})
    message = {"domain": "mobile_app", "type": "notify", "device_id": phone.device_id}
    automation(
        "arm_by_switch.yaml",
        key=key,
        bridges=[gate["id"]],
        exit_delay={"seconds": 0.2},
        otherwise=[{**message, "message": "{{ names }} is not {{ wanted }}"}],
    )
    ha.call("input_boolean", "turn_off", {"entity_id": key})
    ha.wait_state(ARMED, "off")
    bridge.board("connect garage-door")
    ha.wait_state("binary_sensor.front_gate_garage_door", "on")
    assert ha.state(ALARM)["state"] == "off"
    bridge.board("disconnect garage-door")
    ha.wait_state("binary_sensor.front_gate_garage_door", "off")
    ha.call("input_boolean", "turn_on", {"entity_id": key})
    ha.wait_state(ARMED, "on")
    bridge.board("connect garage-door")
    ha.wait_state(ALARM, "on")
    assert phone.inbox == []
    bridge.board("connect lock")
    ha.wait_state(ARMED, "off")
    for does in ("turn_off", "turn_on"):
        ha.call("input_boolean", does, {"entity_id": key})
    assert phone.wait_for(lambda message: message.text).text == "Front gate camera is not on"
    bridge.board("disconnect lock")
    ha.wait_state(ARMED, "on")


def test_a_walk_test_names_each_door_that_answers_and_those_that_do_not_and_arms_again(
    ha: Any, bridge: Bridge, phone: Phone, automation: Callable[..., str]
) -> None:
    (gate,) = ha.devices(identifier=ID)
    toggle = "input_boolean.walk_test"
    own = automation(
        "walk_test.yaml",
        toggle=toggle,
        bridge=gate["id"],
        inputs=[terminal(ha, "garage-door"), terminal(ha, "bell")],
        phone=phone.device_id,
        siren=SIREN,
    )
    ha.call("input_boolean", "turn_on", {"entity_id": toggle})
    ha.wait_state(ARMED, "off")
    bridge.board("connect garage-door")
    told = phone.wait_for(lambda message: "answered" in message.text)
    assert told.text == "Garage door answered. Missing: Bell"
    board_shows(ha, bridge, "siren", "connected")
    assert ha.state(ALARM)["state"] == "off"
    bridge.board("disconnect garage-door")
    ha.wait_state("binary_sensor.front_gate_garage_door", "off")
    ha.call("input_boolean", "turn_off", {"entity_id": toggle})
    assert phone.wait_for(lambda message: "armed" in message.text.lower()).text == "No answer from: Bell Armed again."
    assert ha.state(ARMED)["state"] == "on"
    ha.call("input_boolean", "turn_on", {"entity_id": toggle})
    ha.wait_state(ARMED, "off")
    bridge.board("connect bell")
    bridge.board("connect garage-door")
    phone.wait_for(lambda message: message.text == "All have answered. Armed again.")
    ha.wait_state(toggle, "off")
    # An edit ends the run of an automation as a restart does.
    ha.call("input_boolean", "turn_on", {"entity_id": toggle})
    ha.wait_state(ARMED, "off")
    edited = ha.rest("GET", f"/api/config/automation/config/{own}")
    ha.automation(own, {**edited, "description": "edited"})
    phone.wait_for(lambda message: message.text == "Interrupted. Armed again.")
    ha.wait_state(toggle, "off")


def test_the_dashboard_has_stock_cards_of_entities_that_there_are(ha: Any) -> None:
    dashboard = yaml((ROOT / "examples/home-assistant/dashboard.yaml").read_text())
    ha.ws("lovelace/dashboards/create", url_path="alarm-gate", title="Alarm", mode="storage")
    ha.ws("lovelace/config/save", url_path="alarm-gate", config=dashboard)
    assert ha.ws("lovelace/config", url_path="alarm-gate", force=True) == dashboard
