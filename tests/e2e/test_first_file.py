"""`alarm2mqtt init` at a terminal, and the file that it writes, in use."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from programs.bridge import MAIN, Bridge, Ear
from programs.terminal import AtTerminal
from ruamel.yaml import YAML
from servers.camera_search import CameraSearch, matches
from servers.mosquitto import Mosquitto
from servers.onvif_camera import OnvifCamera

pytestmark = pytest.mark.e2e

ON_GPIO = pytest.mark.skipif(
    any(Path("/dev").glob("gpiochip*")), reason="this machine has GPIO lines: other questions are asked"
)
ENTERS = (
    "Its name",
    "Its id",
    "Its host",
    "Its port",
    "User name",
    "simulated terminal board",
    "alarm inputs",
    "alarm outputs",
    "Garage door: alarm on",
    "Side gate: alarm on",
    "Siren: siren, strobe",
    "Strobe: siren, strobe",
    "Lines in other devices",
    "Garage door: which outputs",
    "Side gate: which outputs",
    "other machines",
    "Folder",
    "Write gate.yaml?",
)


def alarm2mqtt(*words, folder):
    return subprocess.run(
        [*MAIN, *words],
        cwd=folder, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


def read(file):
    return YAML(typ="safe").load(file.read_text())


@ON_GPIO
def test_enter_all_the_way_gives_a_file_that_check_takes(tmp_path):
    with AtTerminal("init", "gate.yaml", folder=tmp_path) as terminal:
        for question in ENTERS:
            terminal.answer(question)
        assert terminal.ended() == 0
        assert "Written: gate.yaml" in terminal.screen
        assert "run gate.yaml" in terminal.screen
    result = alarm2mqtt("check", "gate.yaml", folder=tmp_path)
    assert (result.returncode, result.stdout) == (0, "gate.yaml: right; 2 inputs, 2 outputs\n")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["gate.yaml"]


@ON_GPIO
def test_the_file_runs_and_an_alarm_switches_the_siren_on(tmp_path, monkeypatch):
    monkeypatch.setenv("ALARM2MQTT_DEVICE__STARTUP_GRACE_S", "0")
    with Mosquitto(tmp_path / "broker", users={"gate": "pass: #1"}) as broker:
        answers = {
            "Its name": "Front Gate", "Its port": str(broker.port), "User name": "gate", "Password of gate": "pass: #1",
            "Folder": str(tmp_path),
        }  # fmt: skip
        with AtTerminal("init", "gate.yaml", folder=tmp_path) as terminal:
            for question in (*ENTERS[:5], "Password of gate", *ENTERS[5:]):
                terminal.answer(question, answers.get(question, ""))
            assert terminal.ended() == 0
            assert "pass: #1" not in terminal.shown
        assert "pass: #1" not in (tmp_path / "gate.yaml").read_text()
        assert (tmp_path / "mqtt-password").read_text() == "pass: #1\n"
        assert (tmp_path / "mqtt-password").stat().st_mode & 0o777 == 0o600
        bridge = Bridge(tmp_path, broker.port)
        bridge.file = tmp_path / "gate.yaml"
        base = "alarm2mqtt/front-gate"
        with Ear(broker.port, f"{base}/#", username="gate", password="pass: #1") as ear, bridge:
            ear.wait_for(f"{base}/availability", b"online")
            ear.wait_for_json(f"{base}/input/garage-door/attributes", lambda facts: facts["contact"] == "disconnected")
            bridge.board("connect garage-door")
            ear.wait_for(f"{base}/output/siren/state", b"ON")
            ear.wait_for(f"{base}/output/strobe/state", b"ON")


@ON_GPIO
def test_a_wrong_answer_is_told_in_the_models_words_and_asked_for_again(tmp_path):
    with AtTerminal("init", "gate.yaml", folder=tmp_path) as terminal:
        terminal.answer("Its name", "Gate")
        terminal.answer("Its id", "Front Gate")
        terminal.answer("is no id (allowed: 1 to 32 of a-z, 0-9 and -)\nIts id", "front-gate")
        terminal.answer("Its host", "http://broker")
        terminal.answer("is no host", "broker.lan")
        terminal.answer("With TLS?", "perhaps")
        terminal.answer("answer yes or no", "y")
        terminal.answer("Its port [8883]", "70000")
        terminal.answer("is out of range (allowed: 1 to 65535)", "8884")
        terminal.answer("User name")
        terminal.answer("simulated terminal board")
        terminal.answer("alarm inputs", "Door")
        terminal.answer("alarm outputs", "Horn, Gate opener")
        terminal.answer("Door: alarm on", "discon")
        terminal.answer("did you mean disconnect?", "disconnect")
        terminal.answer("Horn: siren, strobe, lock or generic? [siren]", "bell")
        terminal.answer("bell: is not a choice")
        terminal.answer("Gate opener: siren, strobe, lock or generic? [lock]")
        terminal.answer("Lines in other devices")
        terminal.answer("which outputs go on with its alarm? [Horn]", "horn, bell")
        terminal.answer("there is no output bell", "horn, gate opener")
        for question in ("other machines", "Folder", "Write"):
            terminal.answer(question)
        assert terminal.ended() == 0
    written = read(tmp_path / "gate.yaml")
    assert written["device"] == {"id": "front-gate", "name": "Gate"}
    assert written["mqtt"] == {"host": "broker.lan", "port": 8884, "tls": {}}
    assert written["inputs"] == [
        {"id": "door", "name": "Door", "trigger_mode": "disconnect", "linkage": {"outputs": ["horn", "gate-opener"]}}
    ]
    assert [(one["id"], one["kind"], one["alarm_time_ms"]) for one in written["outputs"]] == [
        ("horn", "siren", 30_000),
        ("gate-opener", "lock", 5_000),
    ]


@ON_GPIO
def test_a_page_for_other_machines_has_a_password_typed_twice(tmp_path):
    with AtTerminal("init", "gate.yaml", folder=tmp_path) as terminal:
        for question in ENTERS[:15]:
            terminal.answer(question)
        terminal.answer("other machines", "yes")
        terminal.answer("Password of the page", "open sesame")
        terminal.answer("once more", "open simsim")
        terminal.answer("two different ones\nPassword of the page", "open sesame")
        terminal.answer("once more", "open sesame")
        for question in ENTERS[16:]:
            terminal.answer(question)
        assert terminal.ended() == 0
    assert read(tmp_path / "gate.yaml")["web"] == {
        "host": "0.0.0.0",  # noqa: S104 - what a person asked for
        "password_file": str(tmp_path / "web-password"),
    }
    assert alarm2mqtt("check", "gate.yaml", folder=tmp_path).returncode == 0


@pytest.mark.parametrize("keys", ["\x03", "\x04"], ids=["Ctrl-C", "end of input"])
@pytest.mark.parametrize("question", ["Its host", "Password of gate", "Write gate.yaml?"])
@ON_GPIO
def test_who_goes_away_in_the_middle_leaves_nothing(tmp_path, question, keys):
    with AtTerminal("init", "gate.yaml", folder=tmp_path) as terminal:
        for asked in (*ENTERS[:5], "Password of gate", *ENTERS[5:]):
            if asked == question:
                break
            terminal.answer(asked, "gate" if asked == "User name" else "")
        terminal.wait_for(question)
        assert terminal.end_by(keys) == 1
        assert "Nothing was written." in terminal.screen
    assert list(tmp_path.iterdir()) == []


@ON_GPIO
def test_a_no_at_the_end_writes_nothing(tmp_path):
    with AtTerminal("init", "gate.yaml", folder=tmp_path) as terminal:
        for question in ENTERS[:-1]:
            terminal.answer(question)
        terminal.answer(ENTERS[-1], "no")
        assert terminal.ended() == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["--yes"], []], ids=["--yes", "no terminal"])
def test_unasked_it_takes_every_default_and_says_which(tmp_path, words):
    result = alarm2mqtt("init", "gate.yaml", *words, folder=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Its host: localhost" in result.stdout
    assert alarm2mqtt("check", "gate.yaml", folder=tmp_path).returncode == 0


def test_a_file_that_is_there_stays_and_with_force_becomes_the_version_before(tmp_path):
    file = tmp_path / "gate.yaml"
    file.write_text("mqtt: {password: old-secret}\n")
    file.chmod(0o640)
    refused = alarm2mqtt("init", "gate.yaml", "--yes", folder=tmp_path)
    assert refused.returncode == 1
    assert "is there already" in refused.stderr
    assert file.read_text() == "mqtt: {password: old-secret}\n"
    forced = alarm2mqtt("init", "gate.yaml", "--yes", "--force", folder=tmp_path)
    assert forced.returncode == 0, forced.stderr
    assert "The file before is gate.yaml.1" in forced.stdout
    before = tmp_path / "gate.yaml.1"
    assert before.read_text() == "mqtt: {password: old-secret}\n"
    assert before.stat().st_mode & 0o777 == 0o600
    assert alarm2mqtt("check", "gate.yaml", folder=tmp_path).returncode == 0


@ON_GPIO
def test_a_camera_that_is_found_is_taken_over_with_its_password_in_a_file(tmp_path):
    with (
        OnvifCamera(password="pass: #1") as camera,
        CameraSearch([matches(camera.address)]),
        AtTerminal("init", "gate.yaml", columns=200, folder=tmp_path) as terminal,
    ):
        for question in ENTERS[:5]:
            terminal.answer(question)
        terminal.answer("simulated terminal board", "no")
        terminal.answer("Lines in other devices", "cameras, health")
        terminal.answer("Gate at 127.0.0.1", "cam")
        terminal.answer("Password of cam", "pass: #1")
        terminal.answer("Its id", "gate")
        terminal.answer("which are alarm inputs", "motion, DI_1")
        terminal.answer("which relays are alarm outputs", "RO_1")
        for question in ("in trouble", *("which outputs",) * 4, *ENTERS[-3:]):
            terminal.answer(question)
        assert terminal.ended() == 0
        assert "pass: #1" not in terminal.shown
    written = read(tmp_path / "gate.yaml")
    secret = tmp_path / "cameras-gate-password"
    assert written["cameras"] == {"gate": {"onvif": camera.address, "username": "cam", "password_file": str(secret)}}
    assert secret.read_text() == "pass: #1\n"
    assert [one["id"] for one in written["inputs"]] == ["gate-motion", "gate-di-1", "disk", "network"]
    result = alarm2mqtt("check", "gate.yaml", folder=tmp_path)
    assert (result.returncode, result.stdout) == (0, "gate.yaml: right; 4 inputs, 1 output\n"), result.stderr
