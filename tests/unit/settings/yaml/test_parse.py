"""The file's text: what cannot be read at all, and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import SettingsError
from bridge.settings.load import load
from bridge.settings.yaml.parse import LARGEST_BYTES, Lines, parse

LAUGHS = "a0: &a0 [ha]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 8)}]\n" for n in range(1, 9))
"""A few lines that aliases make into millions of values."""


def test_an_empty_file_means_all_defaults(loaded):
    for text in ("", "\n", "# nothing yet\n", "---\n"):
        assert loaded(text).settings.mqtt.host == "localhost"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("mqtt:\n  host: a\n bad: b\n", 3, "is no YAML"),
        ("a: 'never closed\n", 1, "is no YAML"),
        ("mqtt: {host: a\n\ninputs: []\n", 3, "is no YAML"),
        ("a: 1\n---\nb: 2\n", 2, "is no YAML"),
        ("- a\n", 1, "must be keys with values"),
        ("just text\n", 1, "must be keys with values"),
        ("mqtt: {host: a}\n\nmqtt: {host: b}\n", 3, "stands here twice"),
        ("device:\n  name: a\n  area: b\n  name: c\n", 4, "stands here twice"),
        ("? [a, b]\n: 1\n", 1, "is not a setting"),
        ("a: \x01\n", 1, "is no YAML: a character or number in it cannot be read"),
        ("mqtt: {port: " + "9" * 5000 + "}\n", None, "is no YAML: a character or number in it cannot be read"),
        ("a: " + "[" * 1000, None, "is nested too deeply"),
        ("a: &a {b: *a}\n", 1, "is nested too deeply"),
        (LAUGHS, 1, "is too large"),
    ],
)  # fmt: skip
def test_a_text_that_cannot_be_read_names_its_line(faults_of_file, text, line, message):
    fault = faults_of_file(text)[0]
    assert fault.message.startswith(message)
    assert fault.line == line


def test_keys_that_stand_twice_are_all_told_together_with_everything_else(faults_of_file):
    faults = faults_of_file("mqtt: {host: a, host: b}\nlog: {level: loud}\nlog: {level: louder}\n")
    assert [(fault.line, fault.path) for fault in faults] == [(1, "mqtt.host"), (3, "log"), (3, "log.level")]


def test_bytes_that_are_not_utf_8_name_their_line(tmp_path):
    path = tmp_path / "latin.yaml"
    path.write_bytes("device:\n  name: Tür\n".encode("latin-1"))
    with pytest.raises(SettingsError) as refused:
        load(path, environ={})
    assert str(refused.value) == f"{path}:2: is not UTF-8"


def test_a_file_with_a_byte_order_mark_is_taken(tmp_path):
    path = tmp_path / "notepad.yaml"
    path.write_bytes(b"\xef\xbb\xbfdevice: {id: gate}\r\n")
    assert load(path, environ={}).settings.device.id == "gate"


@pytest.mark.parametrize("name", ["missing.yaml", ".", "no\0file"])
def test_a_file_that_cannot_be_read_is_a_fault(tmp_path, name):
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / name, environ={})


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path):
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * (LARGEST_BYTES + 1))
    with pytest.raises(SettingsError, match="too large"):
        load(Path(path), environ={})


def test_dates_and_times_stay_text(loaded):
    settings = loaded("device: {name: 2026-12-24}\nschedules: {x: {special: {2026-12-24: [1:00-2:30]}}}\n").settings
    assert settings.device.name == "2026-12-24"
    assert [period for day in settings.schedules["x"].special.values() for period in day] == [(60, 150)]


def test_lines_are_those_of_keys_and_items():
    lines = Lines(
        "mqtt:\n  host:\n    name\ninputs:\n  - id: a\n    line: {chip: x,\n           offset: 1}\n  - id: b\n"
    )
    assert lines.of(("mqtt", "host")) == 2
    assert lines.of(("inputs", 0)) == 5
    assert lines.of(("inputs", 0, "line", "offset")) == 7
    assert lines.of(("inputs", 1, "name")) == 8
    assert lines.of(("email", "host")) == 1


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", True),
        ("Off", False),
        ("y", "y"),
        ("017", 15),
        ("0x20", 32),
        ("1.5", 1.5),
        ("1.5e+3", 1500.0),
        (".inf", float("inf")),
        ("1.5e3", "1.5e3"),
        ("12e5", "12e5"),
        ("000803702e49", "000803702e49"),
        ("2026-12-24", "2026-12-24"),
        ("3.1.1", "3.1.1"),
    ],
)
def test_the_file_of_an_older_program_is_read_as_that_program_reads_it(written, value, recwarn):
    read, faults = parse(f"key: {written}\n", Path("config.yml"), version=(1, 1))
    assert (read, faults) == ({"key": value}, [])
    assert type(read["key"]) is type(value)
    assert [str(one.message) for one in recwarn] == []


def test_two_texts_of_different_versions_do_not_disturb_each_other():
    assert parse("key: yes\n", Path("a"), version=(1, 1))[0] == {"key": True}
    assert parse("key: yes\n", Path("a"))[0] == {"key": "yes"}
