"""The stop hook finds the outputs of a file that is broken elsewhere."""

from __future__ import annotations

import pytest

from bridge.errors import SettingsError
from bridge.settings.file.salvage import load_outputs

BROKEN = """
mqtt: {prot: 1883, password_file: /gone}
lines: {driver: simulated}
store: {folder: /data}
inputs: 5
outputs:
  - {id: siren, valid_signal: disconnect, line: {name: OUT1}, alarm_time_ms: soon, sped: 1}
  - {id: lamp, valid_signal: open}
  - {id: Bad Id}
  - 7
  - {id: siren, connected_level: low}
  - {id: lock, connected_level: low}
"""


def test_a_sound_file_is_loaded_whole(write):
    settings, faults = load_outputs(write("outputs: [{id: siren, line: {name: A}, kind: siren}]"), environ={})
    assert (settings.outputs[0].kind, faults) == ("siren", ())


def test_outputs_whose_idle_level_is_certain_survive_faults_elsewhere(write):
    settings, faults = load_outputs(write(BROKEN), environ={})
    assert [output.id for output in settings.outputs] == ["siren", "lock"]
    assert settings.outputs[0].valid_signal == "disconnect"
    assert settings.outputs[0].line is not None
    assert (settings.lines.driver, str(settings.store.folder)) == ("simulated", "/data")
    assert len(faults) >= 8


def test_a_driver_given_by_the_environment_counts(write):
    settings, faults = load_outputs(
        write("outputs: [{id: siren}]\nmqtt: 5\n"), environ={"ALARM2MQTT_LINES__DRIVER": "simulated"}
    )
    assert settings.lines.driver == "simulated"
    assert [fault.path for fault in faults] == ["mqtt"]


@pytest.mark.parametrize("text", ["outputs: [", "\x01"])
def test_of_a_file_that_is_no_yaml_nothing_is_known(write, text):
    with pytest.raises(SettingsError):
        load_outputs(write(text), environ={})


GOOD = """
lines: {driver: simulated}
store: {folder: /data}
outputs:
  - {id: siren, valid_signal: disconnect, line: {chip: a, offset: 1}}
  - {id: lamp, line: {chip: a, offset: 2}}
"""


@pytest.mark.parametrize("text", ["outputs: [", "", "# emptied by a full disk\n", None])
def test_what_the_daemon_went_on_with_counts_when_the_file_is_none_any_more(write, text):
    path = write(text or "")
    path.with_name(f"{path.name}.1").write_text(GOOD)
    if text is None:
        path.unlink()
    settings, faults = load_outputs(path, environ={})
    assert [(output.id, output.valid_signal) for output in settings.outputs] == [
        ("siren", "disconnect"),
        ("lamp", "close"),
    ]
    assert (settings.lines.driver, str(settings.store.folder)) == ("simulated", "/data")
    assert len(faults) == 1


def test_an_edit_that_was_refused_hides_no_output_and_changes_no_idle_level(write):
    refused = """
    mqtt: 5
    lines: {driver: simulated}
    inputs: [{id: door, line: {chip: a, offset: 2}}]
    outputs: [{id: horn, line: {chip: a, offset: 1}}, {id: strobe, line: {chip: a, offset: 3}}]
    """
    path = write(refused)
    path.with_name(f"{path.name}.1").write_text(GOOD)
    settings, _ = load_outputs(path, environ={})
    # The siren's line as the daemon drove it; never the line of what is an input now.
    assert [(output.id, output.valid_signal) for output in settings.outputs] == [
        ("siren", "disconnect"),
        ("strobe", "close"),
    ]


def test_a_sound_file_alone_counts_whatever_was_before(write):
    path = write("lines: {driver: simulated}\ninputs: []\n")
    path.with_name(f"{path.name}.1").write_text(GOOD)
    settings, faults = load_outputs(path, environ={})
    assert (settings.outputs, faults) == ((), ())


@pytest.mark.parametrize("inputs", ["[5, text, null]", "[{id: door, line: 5}]", "{a: 1}"])
def test_inputs_that_are_no_inputs_keep_no_output_from_being_safe(write, inputs):
    text = f"lines: {{driver: simulated}}\ninputs: {inputs}\noutputs: [{{id: siren}}, {{id: lamp, valid_signal: x}}]\n"
    settings, faults = load_outputs(write(text), environ={})
    assert [output.id for output in settings.outputs] == ["siren"]
    assert faults
