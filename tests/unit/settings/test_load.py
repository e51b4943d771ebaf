"""The whole way from a file to settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from servers.sound_card import write_tone

from bridge.errors import SettingsError
from bridge.settings.load import load

WHOLE = (Path(__file__).parent / "whole_file.yaml").read_text(encoding="utf-8")


@pytest.fixture
def whole(tmp_path: Path) -> str:
    """The example with every key, its secret files in a folder of the test's own."""
    for name in ("mqtt", "camera", "smtp", "ftp"):
        (tmp_path / name).write_text(f"{name}-secret\n")
    write_tone(tmp_path / "dog.wav")
    return WHOLE.replace("/run/secrets/", f"{tmp_path}/").replace("/etc/alarm2mqtt/clips", str(tmp_path))


def test_a_file_with_every_key_is_taken(loaded, whole, tmp_path):
    got = loaded(whole)
    settings = got.settings
    assert settings.device.id == "front-gate"
    assert settings.mqtt.password.reveal() == "mqtt-secret"
    assert settings.mqtt.client_id is None
    assert settings.mqtt.tls is not None
    assert settings.cameras["gate"].password.reveal() == "camera-secret"
    assert settings.inputs[0].schedule == "nights"
    assert settings.schedule(settings.inputs[0].schedule).has_periods
    assert settings.outputs[0].cut_off_s == 900
    assert settings.web.password is None
    assert got.warnings() == ()
    assert got.files == (got.path, *(tmp_path / name for name in ("mqtt", "email", "ftp", "camera"))) or set(
        got.files
    ) == {got.path, *(tmp_path / name for name in ("mqtt", "smtp", "ftp", "camera"))}


def test_a_whole_number_is_taken_in_every_notation(loaded):
    got = loaded(
        "lines: {driver: simulated}\n"
        "web: {enabled: false, port: 8.0e3}\n"
        "audio: {folder: /x}\n"
        "inputs: [{id: door, debounce_ms: 250.0, linkage: {audible: {clips: [a.wav], repeat: 3.0, volume: 7e1}}}]\n"
        "outputs: [{id: siren, alarm_time_ms: 5e3}]\n"
    ).settings
    audible = got.inputs[0].linkage.audible
    numbers = (got.web.port, got.inputs[0].debounce_ms, audible.repeat, audible.volume, got.outputs[0].alarm_time_ms)
    assert numbers == (8000, 250, 3, 70, 5000)
    assert {type(number) for number in numbers} == {int}


def test_the_smallest_file_is_one_input_with_its_line(loaded):
    (one,) = loaded("inputs: [{id: door, line: {chip: gpiochip0, offset: 17}}]\n").settings.inputs
    assert (one.label, one.debounce_ms, one.enabled) == ("door", 100, True)


def test_every_fault_has_file_line_path_value_and_what_is_allowed(faults_of_file, tmp_path):
    faults = faults_of_file("device:\n  clock: guess\ninputs:\n  - id: door\n    debounce_ms: 20000\n")
    path = tmp_path / "alarm2mqtt.yaml"
    assert [str(fault) for fault in faults] == [
        f'{path}:2: device.clock: is not a choice (is "guess"; allowed: trust, require_sync)',
        (
            f"{path}:4: inputs[0].line: is missing "
            "(allowed: {chip: gpiochip0, offset: 17} or {name: ALARM_IN1}; driver simulated needs none)"
        ),
        f"{path}:5: inputs[0].debounce_ms: is out of range (is 20000; allowed: 0 to 10000)",
    ]


def test_places_inside_a_schedule_have_lines_of_their_own(faults_of_file):
    faults = faults_of_file(
        "schedules:\n  nights:\n    mon:\n      - 22:00-06:00\n      - 6-7\n"
        "    tag: []\n    special:\n      2026-12-24: 5\n"
    )
    assert [(fault.line, fault.path) for fault in faults] == [
        (5, "schedules.nights.mon[1]"),
        (6, "schedules.nights.tag"),
        (8, "schedules.nights.special.2026-12-24"),
    ]


def test_without_an_environment_given_the_process_own_counts(write, monkeypatch):
    monkeypatch.setenv("ALARM2MQTT_DEVICE__ID", "from-process")
    assert load(str(write("")), overrides={}).settings.device.id == "from-process"


def test_a_refused_file_says_everything_in_its_text(write):
    with pytest.raises(SettingsError) as refused:
        load(write("a: 1\nb: 2\n"), environ={})
    assert str(refused.value).count("\n") == 1


def test_a_sound_file_costs_no_import_that_only_faults_and_variables_need(write):
    """Outputs are idle only once the settings are read."""
    path = write("outputs: [{id: siren, line: {chip: gpiochip0, offset: 17}}]\nweb: {host: 127.0.0.1}\n")
    late = (
        "pydantic",
        "pydantic_settings",
        "difflib",
        "bridge.settings.checks.error_messages",
        "bridge.settings.json_schema",
    )
    script = (
        "import sys; from bridge.settings.load import load; "
        f"load(sys.argv[1], environ={{}}); print([name for name in {late!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout == "[]\n"
