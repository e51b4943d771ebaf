"""Secrets come in from files, and nothing of them goes out."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from pathlib import Path

import pytest

from bridge.core.definitions.document import as_document
from bridge.settings.load import load
from bridge.settings.sources.secret_files import LARGEST_BYTES

MAIL = "email: {host: a, sender: a@b, recipients: [c@d], "


def test_one_newline_at_the_end_of_a_secret_is_not_part_of_it(loaded, tmp_path):
    for text, password in (("a b", "a b"), ("a\n", "a"), ("a\n\n", "a\n"), ("a\r\n", "a"), (" a ", " a ")):
        (tmp_path / "secret").write_bytes(text.encode())
        settings = loaded(f"mqtt: {{password_file: {tmp_path}/secret}}").settings
        assert settings.mqtt.password.reveal() == password


@pytest.mark.parametrize(
    "section", ["mqtt: {", "web: {", "ftp: {host: a, ", MAIL, "cameras: {gate: {stream: 'rtsp://a', "]
)
def test_a_secret_file_that_is_missing_is_a_fault_naming_it_whatever_the_section(faults_of_file, section):
    closing = "}" * section.count("{")
    (fault,) = faults_of_file(f"{section}password_file: /no/such/file{closing}\n")
    assert fault.message == "cannot be read: No such file or directory"
    assert fault.value == '"/no/such/file"'
    assert fault.path.endswith(".password_file")
    assert fault.line == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no password"),
        (b"\n", "holds no password"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"a\0b", "holds no password"),
        (b"x" * (LARGEST_BYTES + 1), "is too large for a password"),
    ],
)
def test_a_file_that_holds_no_password_is_a_fault(faults_of_file, tmp_path, content, message):
    (tmp_path / "secret").write_bytes(content)
    (fault,) = faults_of_file(f"mqtt: {{password_file: {tmp_path}/secret}}")
    assert (fault.path, fault.message) == ("mqtt.password_file", message)


def test_both_ways_of_giving_a_password_in_one_place_is_a_fault(faults_of_file, tmp_path):
    (tmp_path / "secret").write_text("hunter2")
    (fault,) = faults_of_file(f"mqtt: {{password: hunter2, password_file: {tmp_path}/secret}}")
    assert fault.path == "mqtt.password_file"


def test_a_password_above_the_file_makes_the_files_password_file_void_and_the_other_way_round(loaded, tmp_path):
    (tmp_path / "secret").write_text("from-file")
    environ = {"ALARM2MQTT_MQTT__PASSWORD": "from-variable"}
    assert loaded("mqtt: {password_file: /gone}", environ=environ).settings.mqtt.password.reveal() == "from-variable"
    environ = {"ALARM2MQTT_MQTT__PASSWORD_FILE": str(tmp_path / "secret")}
    assert loaded("mqtt: {password: x}", environ=environ).settings.mqtt.password.reveal() == "from-file"


def test_a_page_for_the_network_may_have_its_password_in_a_file(loaded, faults_of_file, tmp_path):
    (tmp_path / "secret").write_text("hunter2")
    assert loaded(f"web: {{host: 0.0.0.0, password_file: {tmp_path}/secret}}").settings.web.password is not None
    (fault,) = faults_of_file("web: {host: 0.0.0.0, password_file: /gone}")
    assert fault.path == "web.password_file"


LEAKS = [
    "mqtt: {password: [hunter2]}",
    "mqtt: {password: {hunter2: hunter2}}",
    "mqtt: {password: *hunter2}",
    "mqtt: {password: !hunter2 x}",
    "mqtt: {password: %hunter2}",
    "mqtt: {password: 'hunter2}",
    "mqtt: {password: hunter2, password: hunter2}",
    "mqtt: {pasword: hunter2}",
    "mqtt: {password_file: hunter2}",
    "mqtt: hunter2",
    "mqtt: [hunter2]",
    "mqtt: {host: 'me:hunter2@broker:1883'}",
    "mqtt: {host: 'mqtt://me:hunter2@broker'}",
    "mqtt: {host: 'mqtt://me:hun@ter2/hunter2@broker'}",
    "hunter2",
    "cameras: {gate: {snapshot: 'me:hunter2@camera'}}",
    "cameras: {gate: {snapshot: 'ftp://me:hunter2@camera/'}}",
    "cameras: {gate: {snapshot: 'cgi?user=me&password=hunter2'}}",
    "cameras: {gate: {stream: ['rtsp://me:hunter2@camera/']}}",
    "cameras: {gate: {stream: 'http://me:hunter2@camera/'}}",
    "cameras: {gate: 'rtsp://me:hunter2@camera/'}",
    "cameras: ['rtsp://me:hunter2@camera/']",
    "email: {host: a, sender: 'me:hunter2@b', recipients: ['me:hunter2@b']}",
    "ftp: 'ftp://me:hunter2@nas/'",
    "inputs: {password: hunter2}",
    "secret: hunter2",
    "mqtt:\n  password: hun\x01ter2 hunter2",
    "mqtt:\n  password: hunter2: hunter2",
]


@pytest.mark.parametrize("text", LEAKS)
def test_no_fault_holds_a_secret(faults_of_file, text, caplog):
    caplog.set_level(logging.DEBUG)
    faults = faults_of_file(text)
    assert "hunter2" not in "".join(f"{fault} {fault!r}" for fault in faults)
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALARM2MQTT_MQTT", '{"password": "hunter2"'),
        ("ALARM2MQTT_MQTT", "hunter2"),
        ("ALARM2MQTT_CAMERAS", '["hunter2"]'),
        ("ALARM2MQTT_CAMERAS__GATE", "rtsp://me:hunter2@a"),
        ("ALARM2MQTT_CAMERAS__GATE__STREAM", "hunter2"),
        ("ALARM2MQTT_WEB__PASSWORD__X", "hunter2"),
        ("ALARM2MQTT_EMAIL__PASSWORT", "hunter2"),
        ("ALARM2MQTT_INPUTS", "hunter2"),
    ],
)
def test_no_fault_of_a_variable_holds_its_secret(faults_of_file, name, value):
    faults = faults_of_file("", environ={name: value})
    assert "hunter2" not in "".join(f"{fault} {fault!r}" for fault in faults)
    assert any(fault.file == name for fault in faults) or name.endswith("__X")


def test_nothing_that_is_loaded_shows_a_secret(loaded, tmp_path):
    (tmp_path / "secret").write_text("hunter2\n")
    got = loaded(
        f"mqtt: {{password_file: {tmp_path}/secret}}\nftp: {{host: a, security: none, password: hunter2}}\n"
        "cameras: {gate: {snapshot: 'http://me:hunter2@camera/?pwd=hunter2', stream: 'rtsp://me:hunter2@camera/'}}\n",
        environ={
            "ALARM2MQTT_EMAIL__PASSWORD": "hunter2",
            "ALARM2MQTT_EMAIL": '{"host":"a","sender":"a@b","recipients":["c@d"]}',
        },
    )
    shown = f"{got!r} {got} {got.settings!r} {got.settings} {got.warnings()} {got.overridden} {got.above!r}"
    assert "hunter2" not in shown
    assert "hunter2" not in json.dumps(as_document(replace(got.settings, cameras={})))
    assert got.settings.email.password.reveal() == "hunter2"


def test_a_secret_in_a_file_that_everybody_may_read_is_warned_of(write, loaded):
    text = (
        "mqtt: {username: a, password: hunter2}\n"
        "cameras: {gate: {stream: 'rtsp://a', onvif: 'http://a', username: a, password: hunter2}}\n"
        "inputs: [{id: door, line: {kind: onvif_input, camera: gate, token: AlarmIn_1}}]\n"
    )
    assert loaded(text).warnings() == ()
    path: Path = write(text)
    path.chmod(0o644)
    warnings = load(path, environ={}).warnings()
    assert len(warnings) == 2, "the token of a line in a camera is no secret"
    assert warnings[0].startswith(
        f"{path}:1: mqtt.password: is a secret, and everybody on this machine may read the file"
    )
    assert "hunter2" not in "".join(warnings)
