"""Every kind of mistake comes out once, at its place, in a person's words, with what is allowed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

import pytest

from bridge.core.definitions.field_types import Matches
from bridge.core.definitions.introspection import is_section, keys, unwrapped
from bridge.core.definitions.lines import SOURCES
from bridge.core.definitions.settings import Settings

SIMULATED = {"lines": {"driver": "simulated"}}


def an_input(**settings: Any) -> dict[str, Any]:
    return {**SIMULATED, "inputs": [{"id": "door", **settings}]}


def an_output(**settings: Any) -> dict[str, Any]:
    return {**SIMULATED, "outputs": [{"id": "siren", **settings}]}


MISTAKES = [
    (an_input(debounce_ms=10_001), "inputs[0].debounce_ms", "is out of range", "10001", "0 to 10000"),
    (an_input(debounce_ms=-1), "inputs[0].debounce_ms", "is out of range", "-1", "0 to 10000"),
    (an_input(debounce_ms=1.5), "inputs[0].debounce_ms", "must be a whole number", "1.5", "0 to 10000"),
    (an_input(debounce_ms=True), "inputs[0].debounce_ms", "must be a whole number", "true", "0 to 10000"),
    (an_input(debounce_ms="soon"), "inputs[0].debounce_ms", "must be a whole number", '"soon"', "0 to 10000"),
    (an_input(debounce_ms=[1]), "inputs[0].debounce_ms", "must be a whole number", "a list", "0 to 10000"),
    (an_input(quiet_s=float("nan")), "inputs[0].quiet_s", "must be a number", "nan", "0 to 600"),
    (an_input(quiet_s=True), "inputs[0].quiet_s", "must be a number", "true", "0 to 600"),
    (an_input(enabled="perhaps"), "inputs[0].enabled", "must be true or false", '"perhaps"', None),
    (an_input(name=12), "inputs[0].name", "must be text: put it in quotes", "12", None),
    (an_input(name="a\nb"), "inputs[0].name", "has a line break or control character", '"a\\nb"', "one line of text"),
    (an_input(name="x" * 65), "inputs[0].name", "is too long", f'"{"x" * 59}…"', "at most 64 characters"),
    (an_input(bias="pullup"), "inputs[0].bias", "is not a choice; did you mean pull_up?", '"pullup"',
     "pull_up, pull_down, disabled, as_is"),
    (an_input(connected_level="up"), "inputs[0].connected_level", "is not a choice", '"up"', "low, high"),
    (an_input(debounce=1), "inputs[0].debounce", "is not a setting; did you mean debounce_ms?", None, ...),
    (an_input(line="GPIO17"), "inputs[0].line", "is no line", None,
     "{chip: gpiochip0, offset: 17} or {name: ALARM_IN1}"),
    (an_input(line={}), "inputs[0].line", "is no line", "empty", ...),
    (an_input(line={"chip": "gpiochip0"}), "inputs[0].line.offset", "is missing", None, "chip and offset, or name"),
    (an_input(line={"chip": "gpiochip0", "offset": 1024}), "inputs[0].line.offset", "is out of range", "1024",
     "0 to 1023"),
    (an_input(line={"kind": "gpoi", "name": "A"}), "inputs[0].line.kind", "is not a choice", '"gpoi"',
     ", ".join(SOURCES)),
    (an_input(line={"kind": "mqtt", "topic": "a/#", "connected": "ON"}), "inputs[0].line.topic", "is no single topic",
     '"a/#"', "one topic without the wildcards + and #"),
    (an_input(line={"kind": "gpio", "chip": "a"}), "inputs[0].line.offset", "is missing", None,
     "chip and offset, or name"),
    (an_input(line={"name": "A", "chp": "b"}), "inputs[0].line.chp", "is not a setting; did you mean chip?", None,
     "chip, offset, name"),
    (an_input(linkage={"audible": {"clips": ["a.wav"], "repeat": 51}}), "inputs[0].linkage.audible.repeat",
     "is no number of times", "51", "1 to 50, or while_active"),
    (an_input(linkage={"audible": {"clips": ["a.wav"], "repeat": True}}), "inputs[0].linkage.audible.repeat",
     "is no number of times", "true", ...),
    (an_input(linkage={"audible": {"clips": []}}), "inputs[0].linkage.audible.clips", "is empty", None,
     "at least one"),
    (an_input(linkage={"audible": {"clips": ["../a"]}}), "inputs[0].linkage.audible.clips[0]", "is no clip",
     '"../a"', "a file's name without its folder and without a dot in front"),
    (an_input(linkage={"audible": {"clips": [".a.wav"]}}), "inputs[0].linkage.audible.clips[0]", "is no clip",
     '".a.wav"', ...),
    (an_input(linkage={"audible": {"clips": ["a" * 256]}}), "inputs[0].linkage.audible.clips[0]",
     "is too long", f'"{"a" * 59}…"', "at most 255 characters"),
    (an_input(linkage={"outputs": "siren"}), "inputs[0].linkage.outputs", "must be a list", None, None),
    (an_input(schedule="Nights!"), "inputs[0].schedule", "is no schedule's name", '"Nights!"', ...),
    (an_input(schedule=5), "inputs[0].schedule", "must be always, never, or days with their periods", None, None),
    (an_input(schedule={"mon": ["25:00-26:00"]}), "inputs[0].schedule.mon[0]",
     "'25:00-26:00' is not a period such as \"22:00-06:00\", between 00:00 and 24:00", None, None),
    (an_output(line={"kind": "http", "connected": {"url": "http://a", "headers": {"a b": "c"}},
                     "disconnected": {"url": "http://a"}}),
     'outputs[0].line.connected.headers["a b"]', "is no name of a header", None, "such as Accept"),
    (an_output(alarm_time_ms=99), "outputs[0].alarm_time_ms", "is too short", "99",
     "0 (continuous), or 100 to 86400000"),
    (an_output(alarm_time_ms=86_400_001), "outputs[0].alarm_time_ms", "is out of range", "86400001",
     "0 to 86400000"),
    (an_output(on_broker_loss="stop"), "outputs[0].on_broker_loss", "is not understood", '"stop"',
     "keep, or {stop_after_s: 60}"),
    (an_output(on_broker_loss={"stop_after_s": -1}), "outputs[0].on_broker_loss.stop_after_s", "is out of range",
     "-1", "0 to 86400"),
    (an_output(on_broker_loss={"stop": 5}), "outputs[0].on_broker_loss.stop",
     "is not a setting; did you mean stop_after_s?", None, "stop_after_s"),
    (an_output(pulse={"on_ms": 49}), "outputs[0].pulse.on_ms", "is out of range", "49", "50 to 60000"),
    (an_output(id="Siren"), "outputs[0].id", "is no id", '"Siren"', "1 to 32 of a-z, 0-9 and -"),
    ({**SIMULATED, "inputs": {"id": "door"}}, "inputs", "must be a list", "keys with values", None),
    ({**SIMULATED, "inputs": ["door"]}, "inputs[0]", "must be keys with values", None, ...),
    ({"mqtt": {"port": 0}}, "mqtt.port", "is out of range", "0", "1 to 65535"),
    ({"mqtt": {"port": True}}, "mqtt.port", "must be a whole number", "true", "1 to 65535"),
    ({"mqtt": {"base_topic": "/a/"}}, "mqtt.base_topic", "is no topic", '"/a/"',
     "a-z, 0-9 and -, in parts joined by /"),
    ({"home_assistant": {"prefix": "a b"}}, "home_assistant.prefix", "is no topic", '"a b"',
     "letters, digits, _ and -, in parts joined by /"),
    ({"web": {"names": ["https://gate"], "password": "x"}}, "web.names[0]", "is no host name", '"https://gate"',
     "such as gate.example.org, without https:// and port"),
    ({"cameras": {"gate": {"snapshot": "ftp://x"}}}, "cameras.gate.snapshot", "is no address of a picture", None,
     "http://, https://, rtsp://, rtsps:// or v4l2:/dev/…"),
    ({"cameras": {"gate": {"onvif": "http://me:word@x/"}}}, "cameras.gate.onvif", "is no address of a device service",
     '"http://***@x/"', "http:// or https://, without user name and password"),
    ({"cameras": {"Gate": {"stream": "rtsp://x"}}}, "cameras.Gate", "is no id", None, "1 to 32 of a-z, 0-9 and -"),
    ({"cameras": {"gate": {"stream": "http://x"}}}, "cameras.gate.stream", "is no address of a stream", None,
     "rtsp:// or rtsps://"),
    ({"ftp": {"host": "nas", "path": "{year}.jpg"}}, "ftp.path",
     "{year} is not one of {device} {input} {camera} {date} {time} {seq} {kind}", '"{year}.jpg"', None),
    ({"ftp": {"host": "nas", "path": "%Y/%m/{time}_{seq}.jpg"}}, "ftp.path",
     ("%Y is no token and would stand in every name as it is; tokens are "
     "{device} {input} {camera} {date} {time} {seq} {kind}"), '"%Y/%m/{time}_{seq}.jpg"', None),
    ({"ftp": {"host": "nas", "path": "{device}/{seq}-%-d.jpg"}}, "ftp.path",
     ("%-d is no token and would stand in every name as it is; tokens are "
     "{device} {input} {camera} {date} {time} {seq} {kind}"), '"{device}/{seq}-%-d.jpg"', None),
    ({"ftp": {"host": "nas", "path": "{seq}_%03d.jpg"}}, "ftp.path",
     ("%03d is no token and would stand in every name as it is; tokens are "
     "{device} {input} {camera} {date} {time} {seq} {kind}"), '"{seq}_%03d.jpg"', None),
    ({"email": {"host": "a", "sender": "a@b", "recipients": ["Me <me@b>"]}}, "email.recipients[0]",
     "is no mail address", '"Me <me@b>"',
     "the address alone, without a name or <>, such as me@example.org"),
    ({"email": {"host": "a", "sender": "me", "recipients": ["me@b"]}}, "email.sender", "is no mail address", '"me"',
     "the address alone, without a name or <>, such as me@example.org"),
    ({"email": {"host": "a", "sender": "me@b", "recipients": []}}, "email.recipients", "is empty", None,
     "at least one"),
    ({"recording": {}}, "recording.folder", "is missing", None, None),
    ({"recording": {"folder": None}}, "recording.folder", "is empty", None, None),
    ({"recording": {"folder": 5}}, "recording.folder", "must be a path", "5", None),
    ({"recording": {"folder": "/a", "quota_mb": -1}}, "recording.quota_mb", "is out of range", "-1", "at least 0"),
    ({"schedules": {"nights": {"sonntag": []}}}, "schedules.nights.sonntag",
     "'sonntag' is neither a weekday such as mon, a range such as mon-fri, nor special", None, None),
    ({"schedules": {"nights": {"special": {"2026-13-01": []}}}}, "schedules.nights.special.2026-13-01", ..., None,
     None),
    ({1: 2}, "1", "is not a setting", None, ...),
    ({"log": {"level": "verbose"}}, "log.level", "is not a choice", '"verbose"', "debug, info, warning, error"),
    ({"email": "me"}, "email", "must be keys with values", None, ...),
]  # fmt: skip


@pytest.mark.parametrize(("document", "path", "message", "value", "allowed"), MISTAKES)
def test_a_mistake_is_told_once_in_plain_words(faults_of, document, path, message, value, allowed):
    fault = faults_of(document)[path]
    if message is not ...:
        assert fault.message == message
    if allowed is not ...:
        assert fault.allowed == allowed
    assert fault.value == value


@pytest.mark.parametrize(("document", "path"), [(mistake[0], mistake[1]) for mistake in MISTAKES])
def test_one_mistake_is_one_fault_apart_from_sections_that_a_linkage_needs(faults_of, document, path):
    others = {other: fault for other, fault in faults_of(document).items() if other != path}
    assert all("needs the section" in fault.message for fault in others.values())


def test_every_mistake_in_a_document_is_told_at_once(faults_of):
    document = {
        "mqtt": {"prot": 1883, "keepalive_s": 1},
        "inputs": [{"id": "door", "line": {"name": "A"}, "linkage": {"outputs": ["bell"]}}, {"id": "door"}],
    }
    assert set(faults_of(document)) == {
        "mqtt.prot",
        "mqtt.keepalive_s",
        "inputs[0].linkage.outputs[0]",
        "inputs[1].id",
        "inputs[1].line",
    }


def marks_of(section: type) -> Iterator[Matches]:
    """Every pattern that a section's texts must match, those of sections below it too."""
    waiting: list[Any] = [section]
    while waiting:
        kind, marks = unwrapped(waiting.pop())
        yield from (mark for mark in marks if isinstance(mark, Matches))
        waiting += [field.type for field in keys(kind).values()] if is_section(kind) else get_args(kind)


def test_every_pattern_has_a_mistake_in_the_table():
    told = {(mistake[2], mistake[4]) for mistake in MISTAKES}
    assert {(mark.message, mark.allowed) for mark in marks_of(Settings)} <= told


@pytest.mark.parametrize("word", [True, False, "yes", "no", "on", "off", "true"])
def test_yes_and_no_are_taken_for_truth_values_though_yaml_1_2_reads_them_as_text(faults_of, word):
    assert faults_of(an_input(enabled=word)) == {}


def test_a_key_left_empty_means_its_default(faults_of):
    empty = {"client_id": None, "username": "", "password_file": None, "port": None, "keepalive_s": None, "tls": None}
    assert faults_of({"mqtt": empty, "email": None, "inputs": None, "schedules": {"a": {"special": None}}}) == {}
