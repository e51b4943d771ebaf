"""The screen as text, for terminals of several sizes."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from fakes.mqtt_bridge import D, an_entry, an_input_view, an_output_view
from rich.console import Console
from words.builders import an_input, an_output, settings_of

from bridge.cli.watch.device_mirror import DeviceMirror
from bridge.cli.watch.screen import drawn
from bridge.core.contact import Contact
from bridge.mqtt import payloads
from bridge.mqtt.messages import Incoming

NOW = datetime(2026, 11, 23, 14, 3, 20, tzinfo=UTC)
SETTINGS = settings_of(
    *(an_input(f"door-{number}", name=f"Door {number}") for number in range(12)),
    an_output("siren", name="Siren"),
    device={"name": "Front gate"},
    mqtt={"host": "broker"},
)


class Device:
    """A device in the words of the broker, and its screen."""

    def __init__(self) -> None:
        self.mirror = DeviceMirror(SETTINGS)
        self.mirror.link(None)

    def says(self, topic: str, payload: bytes) -> None:
        self.mirror.take(Incoming(topic=f"{D}/{topic}", payload=payload, retained=True))

    def online(self) -> Device:
        self.says("availability", b"online")
        for number in range(12):
            self.shows(an_input_view(f"door-{number}"))
        view = an_output_view("siren")
        self.says("output/siren/attributes", payloads.output_attributes(view))
        self.says("output/siren/state", payloads.on_off(view.on))
        return self

    def shows(self, view) -> None:
        self.says(f"input/{view.id}/availability", payloads.online(view.available))
        self.says(f"input/{view.id}/attributes", payloads.input_attributes(view))
        self.says(f"input/{view.id}/alarm", payloads.on_off(view.alarm))
        self.says(f"input/{view.id}/state", payloads.on_off(view.tripped))

    def screen(self, *, width: int = 80, height: int = 24) -> list[str]:
        console = Console(file=io.StringIO(), width=width, height=height, color_system=None)
        console.print(drawn(self.mirror, NOW, width=width, height=height))
        return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_the_head_has_name_id_time_and_how_to_end():
    head = Device().online().screen()
    assert head[0].startswith("Front gate (front-gate)")
    assert head[0].endswith("14:03:20   q: end")
    assert head[1] == "bridge online   broker broker:1883 connected"


def test_a_device_of_which_nothing_was_heard_is_silent():
    assert "bridge SILENT: nothing on alarm2mqtt/front-gate/#" in Device().screen()[1]


def test_a_bridge_that_is_gone_and_a_broker_that_is_gone_are_said_in_words():
    device = Device().online()
    device.says("availability", b"offline")
    assert device.screen()[1].startswith("bridge OFFLINE: this is what it said last")
    device.mirror.link("nobody listens at broker:1883")
    assert device.screen()[1] == "NOT CONNECTED   nobody listens at broker:1883"


@pytest.mark.parametrize(("payload", "words"), [(b"ON", "armed"), (b"OFF", "DISARMED")])
def test_the_armed_switch_is_beside_the_bridge(payload, words):
    device = Device().online()
    device.says("armed", payload)
    assert f"bridge online   {words}   broker" in device.screen()[1]


def test_a_notice_has_a_line_of_its_own():
    device = Device().online()
    device.mirror.notice = "the log of this program"
    assert device.screen()[2] == "the log of this program"


def test_in_a_low_terminal_an_alarm_is_shown_rather_than_quiet_inputs_which_are_counted():
    device = Device().online()
    device.shows(an_input_view("door-11", alarm=True, tripped=True, contact=Contact.CONNECTED))
    screen = device.screen(height=16)
    doors = [line for line in screen if line.startswith("Door")]
    assert any(line.startswith("Door 11") and "ALARM" in line.upper() for line in doors)
    assert f"… and {12 - len(doors)} more, in a taller terminal" in screen
    assert len(screen) <= 16


def test_a_tall_terminal_has_every_terminal_and_the_journal():
    device = Device().online()
    assert "What happens from now on is listed here." in device.screen(width=120, height=50)
    device.says("journal", payloads.journal(an_entry(1), replayed=False))
    screen = device.screen(width=120, height=50)
    assert sum(line.startswith("Door") for line in screen) == 12
    assert any(line.startswith("Siren") for line in screen)
    assert "What happens from now on is listed here." not in screen
