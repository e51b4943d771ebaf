"""The whole conversation, with somebody who answers as the test says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from words.pages import yaml

from bridge.cli.init.file_text import settings_text
from bridge.cli.init.prompts import Check, anything
from bridge.cli.init.questions import Place, Questions
from bridge.errors import CameraRefused, StartFailed
from bridge.lines.gpio.line_lookup import SeenChip, SeenLine
from bridge.lines.gpio.listing import ListedChip
from bridge.lines.onvif.discovery import FoundCamera
from bridge.lines.onvif.event_properties import OfferedEvent
from bridge.lines.onvif.requests import Relay
from bridge.lines.onvif.survey import Survey
from bridge.settings.load import validate


class Person:
    """Answers by what a question holds, Enter else; gives up on a question that is refused again."""

    welcome = ""

    def __init__(self, answers=None, secrets: Sequence[str] = ()):
        self.answers = answers or {}
        self.secrets = list(secrets)
        self.asked: list[str] = []
        self.told: list[str] = []
        self.said: list[str] = []

    def say(self, text: str = "") -> None:
        self.said.append(text)

    def ask(self, question: str, default: str, check: Check = anything) -> str:
        self.asked.append(question)
        given = next((answer for part, answer in self.answers.items() if part in question), None)
        for answer in [given] if isinstance(given, str) else given or [default]:
            wrong = check(answer or default)
            if wrong is None:
                return answer or default
            self.told.append(wrong)
        raise AssertionError(question, self.told)

    def secret(self, question: str, *, twice: bool) -> str:  # noqa: ARG002 - who answers needs no second time
        self.asked.append(question)
        return self.secrets.pop(0) if self.secrets else ""


def a_line(offset, name, *, used=False):
    return SeenLine(
        offset=offset, name=name, direction="input", bias="unknown", used=used, consumer="spi0" if used else ""
    )


CAMERA = ListedChip(
    chip=SeenChip(path="/dev/gpiochip0", name="gpiochip0", label="pinctrl", lines=4),
    lines=(a_line(0, "ALARM_IN1"), a_line(1, "ALARM_OUT1"), a_line(2, ""), a_line(3, "CS0", used=True)),
)


class Network:
    """Two cameras, of which one needs a log-in."""

    GATE = FoundCamera(endpoint="a", address="http://10.0.0.2/onvif/device_service", name="Gate")
    YARD = FoundCamera(endpoint="b", address="http://10.0.0.3/onvif/device_service", name="")

    def __init__(self, *found):
        self.found = found
        self.asked = []

    def search(self):
        return list(self.found)

    def survey(self, address, username, password):
        self.asked.append((address, username, password))
        if address == self.GATE.address and password != "pw":
            message = f"Sender {password} not authorized"
            raise CameraRefused(message, is_login=True)
        return Survey(
            model="Eye",
            inputs=("DI_1",),
            relays=(Relay(token="RO_1", mode="Bistable", delay_s=None, idle="open"),),
            events=(
                OfferedEvent(event="motion", topic="a", has_end=True),
                OfferedEvent(event="line_crossing", topic="b", has_end=False),
                OfferedEvent(topic="Device/Fan", item="Failed", has_end=True),
            ),
        )


def conversation(person, *, chips=(), host="camera-7", zone_known=True, store=None, cameras=None):
    place = Place(host=host, zone_known=zone_known, store=store, chips=lambda: chips, cameras=cameras or Network())
    questions = Questions(person, place)
    questions.ask_all()
    return questions


def test_enter_alone_on_a_machine_without_lines_gives_a_simulated_board():
    document = conversation(Person()).draft.document
    assert document["device"] == {"id": "camera-7", "name": "camera-7"}
    assert document["mqtt"] == {"host": "localhost", "port": 1883}
    assert document["lines"] == {"driver": "simulated"}
    assert [one["id"] for one in document["inputs"]] == ["garage-door", "side-gate"]
    assert [one["linkage"] for one in document["inputs"]] == [{"outputs": ["siren", "strobe"]}] * 2
    validate(document)


def test_enter_alone_on_a_camera_takes_the_alarm_input_and_drives_nothing():
    document = conversation(Person(), chips=[CAMERA]).draft.document
    assert document["inputs"] == [
        {"id": "alarm-in1", "name": "Alarm in1", "line": {"name": "ALARM_IN1"}, "trigger_mode": "connect"}
    ]
    assert document["outputs"] == []
    assert "lines" not in document
    validate(document)


def test_lines_that_are_chosen_become_inputs_and_outputs_with_links():
    person = Person(
        {
            "Which are alarm inputs": "ALARM_IN1, 2",
            "Which are alarm outputs": ["2", "CS0", "ALARM_OUT1"],
            "input on gpiochip0:2": "Window",
            "Window: alarm on": "disconnect",
            "output on ALARM_OUT1": "Horn",
            "Horn: on when": "low",
            "Window: which": "none",
        }
    )
    document = conversation(person, chips=[CAMERA]).draft.document
    assert person.told == [
        "gpiochip0:2 is an input already",
        "CS0 is no line that is free; a line is named by its name or number",
    ]
    assert document["inputs"][1] == {
        "id": "window", "name": "Window", "line": {"chip": "pinctrl", "offset": 2}, "trigger_mode": "disconnect",
    }  # fmt: skip
    assert document["inputs"][0]["linkage"] == {"outputs": ["horn"]}
    assert document["outputs"] == [
        {
            "id": "horn", "name": "Horn", "line": {"name": "ALARM_OUT1"}, "connected_level": "low", "kind": "siren",
            "alarm_time_ms": 30_000,
        }
    ]  # fmt: skip
    validate(document)


def test_a_siren_whose_name_has_a_comma_is_proposed_by_its_id():
    person = Person({"Which are alarm outputs": "ALARM_OUT1", "output on ALARM_OUT1": "Siren, left"})
    document = conversation(person, chips=[CAMERA]).draft.document
    assert document["inputs"][0]["linkage"] == {"outputs": ["siren-left"]}
    assert person.told == []
    validate(document)


def test_cameras_that_are_found_become_cameras_inputs_and_outputs():
    network = Network(Network.GATE, Network.YARD)
    person = Person(
        {
            "simulated terminal board": "no",
            "Lines in other devices": ["camera", "cameras, health"],
            "Gate at 10.0.0.2": "cam",
            "The camera at 10.0.0.3": "none",
            "Its id": "",
            "eye-gate: which are alarm inputs": "motion, line_crossing",
            "eye-gate: which relays": "RO_1",
            "in trouble": "disk",
        },
        secrets=["pw"],
    )
    questions = conversation(person, cameras=network)
    document = questions.draft.document
    assert network.asked == [(Network.GATE.address, "cam", "pw"), (Network.YARD.address, None, "")]
    assert person.told == ["camera is none of cameras, mqtt, health, or none"]
    assert questions.secrets == {"cameras.eye-gate": "pw"}
    assert document["cameras"] == {
        "eye-gate": {
            "onvif": Network.GATE.address, "username": "cam", "password_file": "cameras-eye-gate-password",
        },
        "eye": {"onvif": Network.YARD.address},
    }  # fmt: skip
    assert [each["line"].get("event") or each["line"].get("token") for each in document["inputs"]] == [
        "motion", "line_crossing", "DI_1", "motion", "line_crossing", None,
    ]  # fmt: skip
    assert document["outputs"] == [
        {
            "id": "eye-gate-ro-1", "name": "Eye gate ro 1", "kind": "generic",
            "line": {"kind": "onvif_relay", "camera": "eye-gate", "token": "RO_1"},
        }
    ]  # fmt: skip
    assert validate(yaml(settings_text(document))) == validate(document)


def test_a_camera_that_refuses_the_log_in_is_left_out_and_its_password_is_not_repeated():
    person = Person({"Lines in other devices": "cameras", "Gate at": "cam"}, secrets=["hidden-word"])
    questions = conversation(person, cameras=Network(Network.GATE))
    assert "cameras" not in questions.draft.document
    assert questions.secrets == {}
    assert any("not authorized; it is left out" in line for line in person.said)
    assert not any("hidden-word" in line for line in person.said)


def test_devices_on_the_broker_are_inputs_and_outputs_by_their_presets():
    person = Person(
        {
            "Lines in other devices": "mqtt",
            "Devices on the broker": [
                "zigbee zigbee2mqtt/window",
                "zigbee2mqtt_contact zigbee2mqtt/#",
                "zigbee2mqtt_contact zigbee2mqtt/window, zigbee2mqtt_siren zigbee2mqtt/hall-siren",
            ],
        }
    )
    document = conversation(person).draft.document
    assert person.told[0] == "zigbee is no preset of MQTT; docs/sources.md lists them"
    assert "is no single topic" in person.told[1]
    assert document["inputs"][-1] == {
        "id": "window", "name": "Window",
        "line": {"kind": "mqtt", "preset": "zigbee2mqtt_contact", "topic": "zigbee2mqtt/window"},
        "linkage": {"outputs": ["siren", "strobe"]},
    }  # fmt: skip
    assert document["outputs"][-1]["id"] == "hall-siren"


def test_real_lines_without_a_choice_can_be_kept_for_later():
    document = conversation(
        Person({"Which are alarm inputs": "none", "simulated terminal board": "no"}), chips=[CAMERA]
    ).draft.document
    assert (document["lines"], document["inputs"], document["outputs"]) == ({"driver": "gpiod"}, [], [])
    validate(document)


def test_a_chip_that_may_not_be_opened_is_told():
    person = Person()
    conversation(
        person, chips=[ListedChip(chip=SeenChip(path="/dev/gpiochip0", name="gpiochip0", denied=True), lines=())]
    )
    assert any("/dev/gpiochip0 may not be opened" in line for line in person.said)


def test_a_machine_that_cannot_look_for_lines_says_why_and_goes_on():
    def broken():
        message = "GPIO lines need the gpiod package"
        raise StartFailed(message)

    person = Person()
    Questions(person, Place(host="x", zone_known=True, store=None, chips=broken, cameras=Network())).ask_all()
    assert "  GPIO lines need the gpiod package" in person.said


def test_a_time_zone_is_asked_for_only_where_the_system_has_none():
    assert not any("time zone" in question for question in _asked(zone_known=True))
    person = Person({"time zone": ["Europe/Berlni", "Europe/Berlin"]})
    document = conversation(person, zone_known=False).draft.document
    assert document["device"]["timezone"] == "Europe/Berlin"
    assert "did you mean Europe/Berlin?" in person.told[0]


def _asked(**place):
    person = Person()
    conversation(person, **place)
    return person.asked


def test_a_folder_for_the_state_is_asked_for_only_beside_a_file_of_ones_own():
    assert not any("Folder" in question for question in _asked())
    document = conversation(Person(), store=Path("/home/me/gate-state")).draft.document
    assert document["store"] == {"folder": "/home/me/gate-state"}


def test_a_socket_has_no_port_and_this_machine_needs_no_tls():
    document = conversation(Person({"Its host": "unix:/run/mosquitto.sock"})).draft.document
    assert document["mqtt"] == {"host": "unix:/run/mosquitto.sock"}
    assert not any("TLS" in question for question in _asked())


def test_a_page_without_a_password_stays_on_this_machine():
    person = Person({"other machines": "yes"})
    questions = conversation(person)
    assert "web" not in questions.draft.document
    assert any("for this machine alone" in line for line in person.said)


@pytest.mark.parametrize("host", ["localhost", "(none)", "x" * 80, "caméra ☃", "\x07", "-"])
def test_whatever_the_machine_is_called_its_defaults_are_right(host):
    validate(conversation(Person(), host=host).draft.document)


@pytest.mark.parametrize(
    ("option", "linkage"),
    [("silence: true", {"silence": True}), ("disarm: true", {"disarm": True})],
)
def test_the_options_beside_the_first_input_are_right_as_they_stand(option, linkage):
    document = conversation(Person()).draft.document
    line = next(line for line in settings_text(document).splitlines() if option in line)
    assert line.strip().startswith("# linkage: {silence: true}  # instead: ")
    assert f"{{{option}}}" in line
    document["inputs"][0]["linkage"] = linkage
    validate(document)


def test_the_schedule_beside_the_first_input_is_right_as_it_stands():
    document = conversation(Person()).draft.document
    text = settings_text(document)
    used = text.replace("    # schedule:", "    schedule:")
    assert used != text
    assert set(yaml(used)["inputs"][0]["schedule"]) == {"mon-fri", "sat-sun"}
    validate(yaml(used))


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=64).map(str.strip).filter(bool)


@given(device=NAMES, user=NAMES, inputs=st.lists(NAMES.filter(lambda name: "," not in name), min_size=1, max_size=4))
def test_whatever_is_answered_the_text_says_exactly_that(device, user, inputs):
    person = Person({"Its name": device, "User name": user, "alarm inputs": ",".join(inputs)}, secrets=["x"])
    document = conversation(person).draft.document
    assert yaml(settings_text(document)) == document
    validate(document)
