"""What a terminal may not say when its line is in another device."""

from __future__ import annotations

import pytest

from bridge.core.definitions.lines import SOURCES

SOURCE = {"kind": "mqtt", "topic": "door", "connected": "open"}
SINK = {"kind": "mqtt", "topic": "siren/set", "connected": "ON", "disconnected": "OFF"}
DEVICE = {"device": {"id": "gate"}, "lines": {"driver": "simulated"}}


def an_input(**item):
    return {**DEVICE, "inputs": [{"id": "door", "line": SOURCE, **item}]}


def an_output(**item):
    return {**DEVICE, "outputs": [{"id": "siren", "line": SINK, **item}]}


@pytest.mark.parametrize(
    ("document", "key", "value", "default"),
    [
        (an_input, "connected_level", "high", "low"),
        (an_input, "bias", "disabled", "pull_up"),
        (an_output, "connected_level", "low", "high"),
        (an_output, "drive", "open_drain", "push_pull"),
    ],
)
def test_a_setting_of_an_electrical_line_is_an_error_unless_it_is_the_default(faults_of, document, key, value, default):
    (path,) = faults_of(document(**{key: value}))
    assert path.endswith(f"[0].{key}")
    assert faults_of(document(**{key: default})) == {}


def test_pulses_are_to_be_slow_enough_for_the_line(faults_of):
    assert list(faults_of(an_output(mode="pulse"))) == ["outputs[0].pulse.on_ms", "outputs[0].pulse.off_ms"]
    assert list(faults_of(an_output(mode="pulse", pulse={"on_ms": 1000}))) == ["outputs[0].pulse.off_ms"]
    assert faults_of(an_output(mode="pulse", pulse={"on_ms": 1000, "off_ms": 5000})) == {}
    assert faults_of(an_output(pulse={"on_ms": 50})) == {}


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ({"topic": "door/#"}, "topic", "is no single topic"),
        ({"topic": ""}, "topic", "is empty"),
        ({"topic": "alarm2mqtt/gate/output/siren/state"}, "topic", "is a topic of this very device"),
        ({"availability": "alarm2mqtt/gate/availability"}, "availability", "is a topic of this very device"),
        ({"path": 5}, "path", "is no path"),
        ({"connected": {"at_lest": 5}}, "connected.at_lest", "is not a setting"),
        ({"connected": {"at_least": "much"}}, "connected.at_least", "must be a number"),
        ({"connected": [["a"]]}, "connected[0]", "is nothing that a message can be"),
        ({"connected": ""}, "connected", "is nothing that a message can be"),
        ({"hold_s": 0}, "hold_s", "is out of range"),
        ({"payload": "ON"}, "payload", "is not a setting"),
    ],
)
def test_what_is_wrong_with_an_mqtt_line_is_told_with_its_place(faults_of, line, place, message):
    ((path, fault),) = faults_of(an_input(line={**SOURCE, **line})).items()
    assert path == f"inputs[0].line.{place}"
    assert fault.message.startswith(message)


def test_a_topic_of_another_device_of_ours_may_be_followed(faults_of):
    line = {**SOURCE, "topic": "alarm2mqtt/gate-2/input/door/state", "connected": "ON"}
    assert faults_of(an_input(line=line)) == {}


def test_what_is_no_kind_of_line_is_told_with_those_that_there_are(faults_of):
    (fault,) = faults_of(an_input(line={"kind": "tin can"})).values()
    assert (fault.path, fault.allowed) == ("inputs[0].line.kind", ", ".join(SOURCES))
