"""`alarm2mqtt import mqtt-io`: the files that it writes, and its report."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.cli.main import main
from bridge.settings.load import load

GARAGE = """\
mqtt:
  host: broker.local
  user: garage
  password: "s3cret: #1"
  topic_prefix: home/garage
  ha_discovery:
    enabled: yes

gpio_modules:
  - name: rpi
    module: raspberrypi
  - name: expander
    module: pcf8574
    i2c_bus_num: 1
    chip_addr: 0x20

digital_inputs:
  - name: door
    module: rpi
    pin: 017  # octal in YAML 1.1
    pullup: yes
    inverted: no
    interrupt: both
    retain: yes
    ha_discovery:
      name: Garage door
      device_class: garage_door
  - name: float_switch
    module: expander
    pin: 2

digital_outputs:
  - name: siren
    module: rpi
    pin: 22
    initial: low
    timed_set_ms: 30000

sensor_modules:
  - name: dht
    module: dht22
    type: AM2302
    pin: 4
"""


@pytest.fixture
def source(tmp_path):
    file = tmp_path / "config.yml"
    file.write_text(GARAGE, encoding="utf-8")
    return file


def taken_over(*words):
    return main(["import", "mqtt-io", *map(str, words)])


def test_the_file_is_right_and_the_password_lies_in_a_file_of_its_own(tmp_path, source, capsys):
    target = tmp_path / "gate.yaml"
    assert taken_over(source, target) == 0
    settings = load(target).settings
    assert (settings.mqtt.host, settings.mqtt.username, settings.mqtt.base_topic) == ("broker.local", "garage", "home")
    assert settings.mqtt.password is not None
    assert settings.mqtt.password.reveal() == "s3cret: #1"
    assert (tmp_path / "mqtt-password").stat().st_mode & 0o777 == 0o600
    (door,), (siren,) = settings.inputs, settings.outputs
    assert (door.line.offset, door.name, door.device_class) == (0o17, "Garage door", "garage_door")
    assert (siren.id, siren.line.offset, siren.alarm_time_ms) == ("siren", 22, 30000)
    assert main(["check", str(target)]) == 0
    said = capsys.readouterr()
    assert "s3cret" not in said.out + said.err + target.read_text(encoding="utf-8")


def test_the_report_names_file_line_and_place_and_the_new_topics(tmp_path, source, capsys):
    assert taken_over(source, tmp_path / "gate.yaml") == 0
    said = capsys.readouterr().out
    line = GARAGE.splitlines().index("  - name: float_switch") + 1
    assert f"{source}:{line}: digital_inputs[1]: is left out, since module pcf8574 has no counterpart" in said
    assert f"{source}:{GARAGE.splitlines().index('  - name: dht') + 1}: sensor_modules[0]: has no counterpart" in said
    assert "home/garage/input/door " in said
    assert "home/garage/input/door/state" in said
    assert "check" in said  # what to type next


def test_a_file_that_is_there_stays_but_for_force(tmp_path, source, capsys):
    target = tmp_path / "gate.yaml"
    target.write_text("somebody's", encoding="utf-8")
    assert taken_over(source, target) == 1
    assert "is there already" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "somebody's"
    assert not (tmp_path / "mqtt-password").exists()
    assert taken_over(source, target, "--force") == 0
    assert (tmp_path / "gate.yaml.1").read_text(encoding="utf-8") == "somebody's"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mqtt:\n  host: [a\nx: 1\n", ":3: is no YAML: the [ of line 2 is not closed"),
        ("mqtt:\n\thost: a\n", ":2: is no YAML: a tab stands where only spaces may"),
        ("- a\n", ":1: must be keys with values"),
        ("mqtt:\n  host: a\n  host: b\n", ":3: mqtt.host: stands here twice"),
        ("mqtt:\n  host: a\n  password: 12345\n", ":3: mqtt.password: must be text"),
        ("mqtt:\n  host: {{ host }}\n", ":2: is no YAML: text with {{ }} belongs in quotes"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_fault_with_its_line_and_nothing_is_written(tmp_path, capsys, text, words):
    source, target = tmp_path / "config.yml", tmp_path / "gate.yaml"
    source.write_text(text, encoding="utf-8")
    assert taken_over(source, target) == 2
    said = capsys.readouterr().err
    assert f"{source}{words}" in said
    assert "12345" not in said
    assert [one.name for one in tmp_path.iterdir()] == ["config.yml"]


def test_a_file_that_is_missing_is_named(tmp_path, capsys):
    assert taken_over(tmp_path / "none.yml", tmp_path / "gate.yaml") == 2
    assert "none.yml: cannot be read: No such file" in capsys.readouterr().err


def test_a_password_that_is_there_is_not_replaced(tmp_path, source):
    (tmp_path / "mqtt-password").write_text("of another\n", encoding="utf-8")
    assert taken_over(source, tmp_path / "gate.yaml") == 0
    assert (tmp_path / "mqtt-password").read_text(encoding="utf-8") == "of another\n"
    assert Path(tmp_path / "mqtt-password-2").read_text(encoding="utf-8") == "s3cret: #1\n"
