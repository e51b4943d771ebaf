"""Command line over environment over secrets folder over the file over the add-on's options."""

from __future__ import annotations

from pathlib import Path

import pytest

FILE = "mqtt: {host: file, username: file, client_id: file, base_topic: file, keepalive_s: 41}\n"


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    return folder


def test_the_highest_layer_that_gives_a_value_wins(loaded, secrets):
    for key in ("host", "username", "client_id"):
        (secrets / f"mqtt__{key}").write_text("secret\n")
    got = loaded(
        FILE,
        overrides={"mqtt.host": "command"},
        environ={
            "ALARM2MQTT_SECRETS_DIR": str(secrets),
            "ALARM2MQTT_MQTT__HOST": "environment",
            "ALARM2MQTT_MQTT__USERNAME": "environment",
        },
        options={"mqtt": {"base_topic": "options", "port": 1884}, "device": {"id": "addon"}},
    )
    mqtt = got.settings.mqtt
    assert (mqtt.host, mqtt.username, mqtt.client_id) == ("command", "environment", "secret")
    assert (mqtt.base_topic, mqtt.keepalive_s, mqtt.port, got.settings.device.id) == ("file", 41, 1884, "addon")
    assert got.document == {
        "mqtt": {"host": "file", "username": "file", "client_id": "file", "base_topic": "file", "keepalive_s": 41}
    }
    assert got.overridden == {
        "mqtt.host": "command line",
        "mqtt.username": "ALARM2MQTT_MQTT__USERNAME",
        "mqtt.client_id": str(secrets / "mqtt__client_id"),
    }


def test_variables_reach_every_depth_and_lists_are_json(loaded):
    settings = loaded(
        "lines: {driver: simulated}\ncameras: {front-door: {stream: 'rtsp://a/b'}}\n",
        environ={
            "ALARM2MQTT_MQTT__TLS__CA_FILE": "/ca.pem",
            "ALARM2MQTT_CAMERAS__FRONT_DOOR__USERNAME": "viewer",
            "ALARM2MQTT_WEB": '{"enabled": false}',
            "ALARM2MQTT_INPUTS": '[{"id": "door", "debounce_ms": 20}]',
            "alarm2mqtt_log__level": "debug",
            "ALARM2MQTT_DEVICE__NAME": "",
        },
    ).settings
    assert str(settings.mqtt.tls.ca_file) == "/ca.pem"
    assert settings.cameras["front-door"].username == "viewer"
    assert settings.web.enabled is False
    assert settings.inputs[0].debounce_ms == 20
    assert settings.log.level == "debug"
    assert settings.device.name is None


@pytest.mark.parametrize("password", ["12345", "true", "null", '{"a": 1}', "[1]", "p ä$ß", "1e5"])
def test_a_password_from_a_variable_or_a_secret_is_taken_as_it_is(loaded, secrets, password):
    (secrets / "mqtt__password").write_text(password + "\n", encoding="utf-8")
    environ = {"ALARM2MQTT_EMAIL__PASSWORD": password, "ALARM2MQTT_SECRETS_DIR": str(secrets)}
    settings = loaded("email: {host: a, sender: a@b, recipients: [c@d]}", environ=environ).settings
    assert settings.email.password.reveal() == password
    assert settings.mqtt.password.reveal() == password


def test_a_fault_above_the_file_names_the_variable_or_the_secret_and_no_line(faults_of_file, secrets):
    (secrets / "LOG__FORMAT").write_text("xml")
    faults = faults_of_file(
        "web: {port: 5}\nftp: {host: a}\n",
        overrides={"mqtt.port": 0},
        environ={
            "ALARM2MQTT_SECRETS_DIR": str(secrets),
            "ALARM2MQTT_WEB__PORT": "x",
            "ALARM2MQTT_MQTT__PROT": "1",
            "ALARM2MQTT_INPUTS__0__ID": "door",
            "ALARM2MQTT_FTP": '{"port": 0, "path":',
        },
        options={"store": {"folder": 5}},
    )
    assert {fault.path: (fault.file, fault.line) for fault in faults} == {
        "log.format": (str(secrets / "LOG__FORMAT"), None),
        "mqtt.port": ("command line", None),
        "web.port": ("ALARM2MQTT_WEB__PORT", None),
        "mqtt.prot": ("ALARM2MQTT_MQTT__PROT", None),
        "inputs": ("environment", None),
        "ftp": ("ALARM2MQTT_FTP", None),
        "store.folder": ("add-on options", None),
    }


def test_names_that_are_no_settings_are_warned_of_unless_they_mean_something_else(loaded, secrets):
    (secrets / "mqtt_password").write_text("hunter2")
    (secrets / ".hidden").write_text("x")
    (secrets / "folder").mkdir()
    warnings = loaded(
        "",
        environ={
            "ALARM2MQTT_SECRETS_DIR": str(secrets),
            "ALARM2MQTT_BOARD": "/run/board.sock",
            "ALARM2MQTT_GPIO_RIG": "1",
            "ALARM2MQTT_KILLS": "200",
            "ALARM2MQTT_HOST": "hunter2",
            "PATH": "/bin",
        },
    ).warnings()
    assert warnings == ("ALARM2MQTT_HOST: is not a setting", f"{secrets / 'mqtt_password'}: is not a setting")


def test_a_secrets_folder_that_was_named_and_is_not_there_is_a_fault(faults_of_file, tmp_path):
    (fault,) = faults_of_file("", environ={"ALARM2MQTT_SECRETS_DIR": str(tmp_path / "gone")})
    assert str(fault) == "ALARM2MQTT_SECRETS_DIR: is no folder that can be read"


def test_faults_around_a_file_that_cannot_be_parsed_are_told_as_well(faults_of_file, tmp_path):
    faults = faults_of_file("a: [", environ={"ALARM2MQTT_SECRETS_DIR": str(tmp_path / "gone")})
    assert len(faults) == 2


def test_other_contents_are_checked_under_the_same_layers_and_nothing_of_them_gets_into_the_document(loaded):
    first = loaded(FILE, environ={"ALARM2MQTT_MQTT__HOST": "environment"})
    second = first.with_document({"mqtt": {"keepalive_s": 42, "host": "other"}})
    assert (second.settings.mqtt.host, second.settings.mqtt.keepalive_s) == ("environment", 42)
    assert second.document == {"mqtt": {"keepalive_s": 42, "host": "other"}}
    assert second.path == first.path
