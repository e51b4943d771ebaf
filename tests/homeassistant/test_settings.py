"""Settings changed in a real Home Assistant: the file follows, its comments stay, what is refused goes back.

The log must hold no warning and no error, of any logger, after each test (`ha`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge
from programs.mqtt_client import MqttClient
from servers.process import wait_until
from words.home_assistant_devices import enable, left_nothing

pytestmark = [pytest.mark.homeassistant, pytest.mark.timeout(180)]

D = "alarm2mqtt/back-yard"
FILE = """\
# The back yard.
device: {{id: back-yard, name: Back yard, startup_grace_s: 0}}
mqtt: {{host: 127.0.0.1, port: {port}}}
lines: {{driver: simulated}}
store: {{folder: {folder}}}
web: {{enabled: false}}
audio: {{folder: {folder}, device: "null"}}
schedules:
  nights: {{mon-sun: ["22:00-06:00"]}}   # asleep
inputs:
  - id: gate          # the garden gate
    enabled: true     # Status
    debounce_ms: 100  # it rattles
    schedule: always  # or nights
    linkage:
      audible: {{clips: [dog.wav]}}   # barks
outputs:
  - id: horn
    mode: switch      # not pulsed
  - id: lamp
"""


class HandWritten(Bridge):
    """A bridge whose file is the one above."""

    def write(self, **parts: Any) -> None:
        self.original = FILE.format(port=self.port, folder=self.folder)
        self.file.write_text(parts.get("text", self.original))


@pytest.fixture
def bridge(ha: Any, tmp_path: Path) -> Iterator[HandWritten]:
    """Running, and taken up by Home Assistant; afterwards nothing of it is left on the broker."""
    port = ha.rig["broker_port"]
    with HandWritten(tmp_path, port) as one:
        ha.wait_state("switch.back_yard_gate_enabled", "on", 20)
        yield one
    left_nothing(ha, port, "back-yard")


def call(ha: Any, service: str, entity: str, **data: Any) -> None:
    ha.call(*service.split("."), {"entity_id": entity, **data})


def test_status_turned_off_in_home_assistant_is_off_in_the_file_and_its_comment_stays(
    ha: Any, bridge: HandWritten
) -> None:
    call(ha, "switch.turn_off", "switch.back_yard_gate_enabled")
    ha.wait_state("switch.back_yard_gate_enabled", "off")
    assert bridge.file.read_text() == bridge.original.replace("true     # Status", "false    # Status")
    call(ha, "switch.turn_on", "switch.back_yard_gate_enabled")
    ha.wait_state("switch.back_yard_gate_enabled", "on")
    assert bridge.file.read_text() == bridge.original


def test_every_kind_of_setting_is_changed_and_shown(ha: Any, bridge: HandWritten) -> None:
    rare = (
        "number.back_yard_gate_debounce", "select.back_yard_horn_valid_signal",
        "select.back_yard_horn_timing_schedule", "switch.back_yard_lamp_timing", "number.back_yard_horn_pulse_on",
        "number.back_yard_horn_pulse_off",
    )  # fmt: skip
    enable(ha, *rare)
    for entity in rare:
        ha.wait_state(entity, lambda state: state["state"] not in ("unavailable", "unknown"), 60)
    call(ha, "select.select_option", "select.back_yard_gate_trigger_mode", option="disconnect")
    call(ha, "select.select_option", "select.back_yard_gate_schedule", option="nights")
    call(ha, "number.set_value", "number.back_yard_gate_debounce", value=250)
    call(ha, "switch.turn_off", "switch.back_yard_gate_audible")
    call(ha, "switch.turn_on", "switch.back_yard_gate_link_horn")
    call(ha, "switch.turn_on", "switch.back_yard_gate_link_lamp")
    call(ha, "switch.turn_off", "switch.back_yard_gate_link_horn")
    call(ha, "select.select_option", "select.back_yard_horn_mode", option="pulse")
    call(ha, "select.select_option", "select.back_yard_horn_valid_signal", option="disconnect")
    call(ha, "select.select_option", "select.back_yard_horn_timing_schedule", option="nights")
    call(ha, "switch.turn_on", "switch.back_yard_horn_follow_source")
    call(ha, "switch.turn_on", "switch.back_yard_lamp_timing")
    call(ha, "number.set_value", "number.back_yard_horn_alarm_time", value=30.5)
    call(ha, "number.set_value", "number.back_yard_horn_pulse_on", value=70)
    call(ha, "number.set_value", "number.back_yard_horn_pulse_off", value=80)
    for entity, state in {
        "select.back_yard_gate_trigger_mode": "disconnect",
        "select.back_yard_gate_schedule": "nights",
        "number.back_yard_gate_debounce": "250",
        "switch.back_yard_gate_audible": "off",
        "switch.back_yard_gate_link_horn": "off",
        "switch.back_yard_gate_link_lamp": "on",
        "select.back_yard_horn_mode": "pulse",
        "select.back_yard_horn_valid_signal": "disconnect",
        "select.back_yard_horn_timing_schedule": "nights",
        "switch.back_yard_horn_follow_source": "on",
        "switch.back_yard_lamp_timing": "on",
        "number.back_yard_horn_alarm_time": "30.5",
        "number.back_yard_horn_pulse_on": "70",
        "number.back_yard_horn_pulse_off": "80",
    }.items():
        ha.wait_state(entity, state)
    text = bridge.file.read_text()
    assert "debounce_ms: 250  # it rattles\n    schedule: nights  # or nights\n" in text
    assert "audible: {clips: [dog.wav], enabled: false}   # barks\n" in text
    assert "outputs: [lamp]" in text
    assert ha.state("sensor.back_yard_rejected_commands")["state"] == "0"


def test_a_refused_change_goes_back_and_the_reason_is_told(ha: Any, bridge: HandWritten) -> None:
    number = "number.back_yard_horn_alarm_time"
    ha.wait_state(number, "0.0")
    with MqttClient(ha.rig["broker_port"], f"{D}/response") as client:
        call(ha, "number.set_value", number, value=0.05)
        wait_until(lambda: client.heard, what="the answer")
        (answer,) = [one.json for one in client.heard]
    assert answer["error"] == [
        {"path": "alarm_time_ms", "message": "is too short (is 50; allowed: 0 (continuous), or 100 to 86400000)"}
    ]
    ha.wait_state("sensor.back_yard_rejected_commands", "1")
    assert ha.state(number)["state"] == "0.0"
    assert bridge.file.read_text() == bridge.original


def test_a_change_that_the_disk_does_not_take_goes_back(ha: Any, bridge: HandWritten) -> None:
    in_the_way = bridge.folder / ".alarm2mqtt.yaml.new"
    in_the_way.mkdir()
    call(ha, "switch.turn_off", "switch.back_yard_gate_enabled")
    ha.wait_state("sensor.back_yard_rejected_commands", "1")
    assert ha.state("switch.back_yard_gate_enabled")["state"] == "on"
    in_the_way.rmdir()
    call(ha, "switch.turn_off", "switch.back_yard_gate_enabled")
    ha.wait_state("switch.back_yard_gate_enabled", "off")


def test_a_schedule_written_out_or_new_in_the_file_is_shown_without_an_error(ha: Any, bridge: HandWritten) -> None:
    select = "select.back_yard_gate_schedule"
    ha.wait_state(select, "always")
    bridge.file.write_text(bridge.original.replace("schedule: always", 'schedule: {mon: ["08:00-09:00"]}'))
    ha.wait_state(select, "written out")
    call(ha, "select.select_option", select, option="written out")
    new = bridge.original.replace("schedule: always", "schedule: holidays").replace(
        "inputs:", '  holidays: {special: {"2026-12-24": ["00:00-24:00"]}}\ninputs:'
    )
    bridge.file.write_text(new)
    ha.wait_state(select, "holidays")
    assert ha.state(select)["attributes"]["options"] == ["always", "never", "holidays", "nights"]
    assert bridge.file.read_text() == new


def test_an_input_that_is_named_anew_keeps_its_entities(ha: Any, bridge: HandWritten) -> None:
    with MqttClient(ha.rig["broker_port"]) as client:
        client.publish(f"{D}/input/gate/settings/set", '{"name": "Garden gate"}')
    ha.wait_state(
        "switch.back_yard_gate_enabled",
        lambda state: state["attributes"]["friendly_name"] == "Garden gate Status",
    )
    assert "name: Garden gate" in bridge.file.read_text()
