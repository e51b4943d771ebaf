"""What is allowed, and probably not what the person wants."""

from __future__ import annotations

import pytest

from bridge.settings.checks.lint import exposed_secrets

SIMULATED = "lines: {driver: simulated}\nweb: {enabled: false}\n"
TIMED = """
outputs: [{id: lamp, timing: {enabled: true}}, {id: siren}]
inputs: [{id: door, linkage: {outputs: [siren, lamp]}}]
"""
MAIL = "email: {{host: a, sender: a@b, recipients: [c@d], {}}}\n"


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (
            TIMED,
            (
                "5: inputs[0].linkage.outputs[1]: output lamp follows its timing: "
                "this input's alarms are only logged for it"
            ),
        ),
        (MAIL.format("security: none"), "3: email.security: mail and its password go out unencrypted"),
        ("ftp: {host: a, security: none}\n", "3: ftp.security: pictures and the password go out unencrypted"),
        (
            "metrics: {enabled: yes}\n",
            "3: metrics.enabled: metrics are on the page's port, and the page is off",
        ),
        (
            'ftp: {host: a, path: "{device}/{input}.jpg"}\n',
            (
                "3: ftp.path: does not tell uploads apart: a later one replaces an earlier one of the same path "
                "(allowed: {seq}, or {date} and {time}, in it)"
            ),
        ),
        (
            'ftp: {host: a, path: "{time}.jpg"}\n',
            (
                "3: ftp.path: does not tell uploads apart: a later one replaces an earlier one of the same path "
                "(allowed: {seq}, or {date} and {time}, in it)"
            ),
        ),
        (
            "mqtt: {host: 'unix:/run/mosquitto.sock', port: 1883}\n",
            "3: mqtt.port: has no effect: a unix: host has no port",
        ),
        (
            "mqtt: {port: 8883}\n",
            (
                "3: mqtt.port: 8883 is the port of MQTT over TLS, and tls is not there "
                "(allowed: tls: {} as well, or port 1883)"
            ),
        ),
        (
            "cameras: {gate: {snapshot: 'http://cam:443/a.jpg'}}\n",
            (
                "3: cameras.gate.snapshot: http:// with port 443, which is the port of https "
                "(allowed: https://, or another port)"
            ),
        ),
        (
            "cameras: {gate: {snapshot: 'http://cam:554/a.jpg'}}\n",
            (
                "3: cameras.gate.snapshot: http:// with port 554, which is the port of rtsp "
                "(allowed: rtsp://, or another port)"
            ),
        ),
        ("mqtt: {port: 9001}\n", "3: mqtt.port: 9001 is the port of MQTT over WebSockets"),
        (MAIL.format("port: 993"), "3: email.port: 993 is the port of IMAP, which fetches mail"),
        (
            "ftp: {host: a, port: 22}\n",
            "3: ftp.port: 22 is the port of SFTP, which has nothing in common with FTP but its name",
        ),
        (
            "outputs: [{id: siren, kind: siren, alarm_time_ms: 1800000}]\n",
            "3: outputs[0].alarm_time_ms: is longer than max_active_s, which ends it after 900 s",
        ),
        (
            "cameras: {gate: {snapshot: 'http://cam/a.jpg', ca_file: /dev/null}}\n",
            "3: cameras.gate.ca_file: has no effect: no address is https:// or rtsps://",
        ),
    ],
)
def test_doubtful_settings_are_taken_with_a_warning_at_their_line(loaded, text, warning):
    got = loaded(SIMULATED + text)
    assert got.warnings() == (f"{got.path}:{warning}",)


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        (MAIL.format("port: 465"), "security: tls, or port 587 for starttls"),
        (MAIL.format("port: 587, security: tls"), "security: starttls, or port 465 for tls"),
        (MAIL.format("port: 25, security: tls"), "security: starttls, or port 465 for tls"),
        ("ftp: {host: a, port: 990}\n", "security: implicit_tls, or port 21 for explicit_tls"),
        ("ftp: {host: a, port: 21, security: implicit_tls}\n", "security: explicit_tls, or port 990 for implicit_tls"),
    ],
)
def test_a_port_of_another_security_is_warned_of_with_both_ways_out(loaded, written, allowed):
    (warning,) = loaded(SIMULATED + written).warnings()
    assert "does not go with security:" in warning
    assert warning.endswith(f"(allowed: {allowed})")


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ('mqtt: {password: "words"}\n', "mqtt.password"),
        ('mqtt: {username: "", password: "words"}\n', "mqtt.password"),
        (MAIL.format('password: "words"'), "email.password"),
        ('ftp: {host: a, password: "words"}\n', "ftp.password"),
        ('cameras: {gate: {snapshot: "http://a/b", password: "words"}}\n', "cameras.gate.password"),
    ],
)
def test_a_password_without_a_user_name_is_warned_of(loaded, written, place):
    (warning,) = loaded(SIMULATED + written).warnings()
    assert f": {place}: is " in warning
    assert "username" in warning
    assert "words" not in warning


def test_a_password_file_without_a_user_name_is_warned_of_by_its_own_key(loaded, tmp_path):
    (tmp_path / "word").write_text("words\n")
    (warning,) = loaded(f"{SIMULATED}mqtt: {{password_file: {tmp_path / 'word'}}}\n").warnings()
    assert ":3: mqtt.password_file: is not used without username" in warning


def test_settings_that_are_well_have_no_warnings(loaded):
    text = (
        f"{SIMULATED}"
        'mqtt: {host: broker, port: 8883, tls: {}, username: gate, password: "words"}\n'
        'ftp: {host: a, username: cam, password: "words", path: "{date}/{time}.jpg"}\n'
        + MAIL.format('port: 465, security: tls, username: gate, password: "words"')
        + "cameras: {gate: {snapshot: 'https://cam:443/a.jpg', ca_file: /dev/null}}\n"
        + "outputs: [{id: siren, kind: siren, alarm_time_ms: 900000}]\n"
    )
    assert loaded(text).warnings() == ()


def test_a_warning_of_a_value_from_above_the_file_names_where_it_is_from(loaded):
    (warning,) = loaded(SIMULATED, environ={"ALARM2MQTT_MQTT__PORT": "8883"}).warnings()
    assert warning.startswith("ALARM2MQTT_MQTT__PORT: mqtt.port: 8883 ")


@pytest.mark.parametrize(("linkage", "what"), [("silence: true", "stop button"), ("disarm: true", "key switch")])
def test_a_button_that_works_only_by_a_schedule_is_warned_of(loaded, linkage, what):
    nights = "schedules: {nights: {mon: ['20:00-24:00']}}\n"
    text = f"{nights}inputs: [{{id: b, schedule: nights, linkage: {{{linkage}}}}}]\n"
    (warning,) = loaded(SIMULATED + text).warnings()
    assert warning.endswith(f"inputs[0].schedule: this {what} works only while its schedule is open (allowed: always)")


def test_a_file_that_is_not_written_yet_exposes_no_password(tmp_path):
    assert list(exposed_secrets({"mqtt": {"password": "words"}}, tmp_path / "absent.yaml")) == []
