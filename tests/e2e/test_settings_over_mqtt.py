"""Settings changed over MQTT, with the real program, a real Mosquitto, and a file that a person has written."""

from __future__ import annotations

import json
import signal

import pytest
from programs.bridge import Bridge, Ear
from servers.mosquitto import Mosquitto
from servers.process import wait_until

pytestmark = pytest.mark.e2e

D = "alarm2mqtt/front-gate"
RESPONSE = f"{D}/response"

FILE = """\
# Settings of the gate, written by hand.
device: {{id: front-gate, startup_grace_s: 0}}   # at the gate

mqtt:
  host: 127.0.0.1
  port: {port}           # the test's own broker
lines: {{driver: simulated}}
store: {{folder: {folder}}}
web: {{enabled: false}}

schedules:
  # When nobody is there.
  nights: {{mon-fri: ["18:00-07:00"]}}

inputs:
  - id: door               # the front door
    name: 'Front door'
    debounce_ms: 0         # it does not bounce
    trigger_mode: connect
    enabled: true          # Status
    linkage:
      outputs: [siren]     # and nothing else

  # The window follows.
  - id: window
    debounce_ms: 0

outputs:
  - id: siren
    valid_signal: close    # wired so
    alarm_time_ms: 0
  - {{id: strobe, mode: switch}}
# The end.
"""


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with Mosquitto(tmp_path_factory.mktemp("broker")) as running:
        yield running


class HandWritten(Bridge):
    """A bridge whose file is the one above."""

    def write(self, **parts):
        self.original = FILE.format(port=self.port, folder=self.folder)
        self.file.write_text(parts.get("text", self.original))


@pytest.fixture
def bridge(tmp_path, broker):
    with HandWritten(tmp_path, broker.port) as running:
        yield running


@pytest.fixture
def ear(bridge):
    with Ear(bridge.port, f"{D}/#") as hearing:
        hearing.wait_for(f"{D}/availability", b"online")
        yield hearing


def answers(ear, *commands):
    """What is answered to these patches, by their topics below `<d>`, in order."""
    before = len(ear.on(RESPONSE))
    for topic, patch in commands:
        ear.publish(f"{D}/{topic}/set", patch if isinstance(patch, bytes) else json.dumps(patch))
    wait_until(lambda: len(ear.on(RESPONSE)) >= before + len(commands), what="the answers")
    heard = [one.json for one in ear.on(RESPONSE)[before:]]
    assert [one["topic"] for one in heard] == [f"{D}/{topic}/set" for topic, _ in commands]
    return heard


def refusal(ear, topic, patch):
    (answer,) = answers(ear, (topic, patch))
    assert not answer["ok"]
    return {one["path"]: one["message"] for one in answer["error"]}


def entries(ear, kind):
    return [one.json for one in ear.on(f"{D}/journal") if one.json["kind"] == kind]


def test_a_change_is_in_force_in_the_file_and_on_its_topic_and_comments_stay(bridge, ear):
    (answer,) = answers(ear, ("input/door/settings", {"enabled": False, "debounce_ms": 250, "name": "Door: 1"}))
    assert answer["error"] is None
    shown = ear.wait_for_json(f"{D}/input/door/settings", lambda one: one["debounce_ms"] == 250)
    assert (shown["enabled"], shown["name"]) == (False, "Door: 1")
    ear.wait_for_json(f"{D}/input/door/attributes", lambda one: one["enabled"] is False)
    expected = (
        bridge.original.replace("'Front door'", "'Door: 1'")
        .replace("0         # it does not bounce", "250       # it does not bounce")
        .replace("true          # Status", "false         # Status")
    )
    assert bridge.file.read_text() == expected
    assert (bridge.folder / "alarm2mqtt.yaml.1").read_text() == bridge.original
    wait_until(lambda: entries(ear, "settings"), what="the journal")
    assert [one["by"] for one in entries(ear, "settings")] == ["mqtt"]


def test_a_change_drives_the_line_at_once(bridge, ear):
    assert bridge.contact("siren") == "disconnected"
    answers(ear, ("output/siren/settings", {"valid_signal": "disconnect"}))
    wait_until(lambda: bridge.contact("siren") == "connected", what="the contact")


def test_one_output_is_linked_and_unlinked_without_naming_the_others(bridge, ear):
    answers(ear, ("input/door/settings", {"linkage": {"outputs": {"strobe": True}}}))
    ear.wait_for_json(f"{D}/input/door/settings", lambda one: one["linkage"]["outputs"] == ["siren", "strobe"])
    answers(ear, ("input/door/settings", {"linkage": {"outputs": {"siren": False}}}))
    ear.wait_for_json(f"{D}/input/door/settings", lambda one: one["linkage"]["outputs"] == ["strobe"])
    assert "outputs: [strobe]     # and nothing else" in bridge.file.read_text()


def test_every_fault_is_told_with_its_place_and_nothing_changes(bridge, ear):
    told = refusal(
        ear, "input/door/settings", {"debounce_ms": 20000, "trigger_mode": "maybe", "schedule": "days", "name": "D"}
    )
    assert told == {
        "debounce_ms": "is out of range (is 20000; allowed: 0 to 10000)",
        "trigger_mode": 'is not a choice (is "maybe"; allowed: connect, disconnect)',
        "schedule": 'names a schedule that does not exist (is "days"; allowed: always, never, nights)',
    }
    assert bridge.file.read_text() == bridge.original
    assert not (bridge.folder / "alarm2mqtt.yaml.1").exists()
    ear.wait_for_json(f"{D}/status", lambda one: one["rejected_commands"] == 1)
    wait_until(lambda: entries(ear, "refused"), what="the journal")
    assert entries(ear, "settings") == []


@pytest.mark.parametrize(
    ("topic", "patch", "told"),
    [
        ("input/door/settings", {"line": {"chip": "a", "offset": 1}}, {
            "line.chip": "wiring cannot be changed over MQTT", "line.offset": "wiring cannot be changed over MQTT"}),
        ("input/door/settings", {"connected_level": "high", "name": "x"}, {
            "connected_level": "wiring cannot be changed over MQTT"}),
        ("output/siren/settings", {"drive": "open_drain"}, {"drive": "wiring cannot be changed over MQTT"}),
        ("settings", {"email": {"recipients": ["a@b"]}}, {
            "email.recipients": "addresses cannot be changed over MQTT"}),
        ("settings", {"email": None}, {"email": "cannot be changed over MQTT"}),
        ("settings", {"mqtt": {"password": "s3cret"}}, {
            "mqtt.password": "the broker cannot be changed over MQTT"}),
        ("settings", {"inputs": []}, {
            "inputs": "inputs are changed on their own topics, input/<id>/settings/set"}),
        ("input/cellar/settings", {"name": "x"}, {"": "there is no input cellar"}),
        ("output/door/settings", {"name": "x"}, {"": "there is no output door"}),
        ("input/door/settings", b"[]", {"": "must be a JSON object"}),
        ("input/door/settings", b"", {"": "is empty, must be a JSON object"}),
    ],
)  # fmt: skip
def test_what_may_not_be_changed_is_refused_with_its_reason(bridge, ear, topic, patch, told):
    assert refusal(ear, topic, patch) == told
    assert bridge.file.read_text() == bridge.original
    assert "s3cret" not in bridge.said()


def test_a_refused_change_shows_the_settings_in_force_again(ear):
    before = len(ear.on(f"{D}/input/door/settings"))
    refusal(ear, "input/door/settings", {"debounce_ms": -1})
    wait_until(lambda: len(ear.on(f"{D}/input/door/settings")) == before + 1, what="the settings again")
    assert ear.on(f"{D}/input/door/settings")[-1].json["debounce_ms"] == 0


def test_schedules_of_the_device_are_changed_and_shown(bridge, ear):
    (answer,) = answers(ear, ("settings", {"schedules": {"days": {"sat-sun": ["08:00-18:00"]}}}))
    assert answer["ok"]
    ear.wait_for_json(f"{D}/settings", lambda one: "days" in one["schedules"])
    assert '  days: {sat-sun: ["08:00-18:00"]}\n' in bridge.file.read_text()
    assert answers(ear, ("input/window/settings", {"schedule": "days"}))[0]["ok"]
    assert refusal(ear, "settings", {"schedules": {"days": None}}) == {
        "inputs[1].schedule": 'names a schedule that does not exist (is "days"; allowed: always, never, nights)'
    }


def test_edits_of_many_at_once_are_all_answered_and_none_is_lost(bridge, ear):
    patches = [("input/door/settings", {"quiet_s": number}) for number in range(6, 12)]
    others = [("input/window/settings", {"name": f"Window {number}"}) for number in range(6)]
    mixed = [one for pair in zip(patches, others, strict=True) for one in pair]
    assert all(answer["ok"] for answer in answers(ear, *mixed))
    ear.wait_for_json(f"{D}/input/door/settings", lambda one: one["quiet_s"] == 11)
    ear.wait_for_json(f"{D}/input/window/settings", lambda one: one["name"] == "Window 5")
    assert len(list(bridge.folder.glob("alarm2mqtt.yaml.*"))) == 5
    assert bridge.file.read_text().startswith("# Settings of the gate, written by hand.\n")


def test_a_file_edited_by_hand_is_taken_without_being_told(bridge, ear):
    bridge.file.write_text(bridge.original.replace("trigger_mode: connect", "trigger_mode: disconnect"))
    ear.wait_for_json(f"{D}/input/door/settings", lambda one: one["trigger_mode"] == "disconnect")
    wait_until(lambda: entries(ear, "settings"), what="the journal")
    assert [one["by"] for one in entries(ear, "settings")] == ["file"]
    assert (bridge.folder / "alarm2mqtt.yaml.1").read_text() == bridge.original


def test_a_wrong_file_is_told_and_while_it_is_wrong_nothing_can_be_changed(bridge, ear):
    bridge.file.write_text(bridge.original.replace("debounce_ms: 0 ", "debounce_ms: 99999 ", 1))
    wait_until(lambda: entries(ear, "refused"), what="the journal")
    assert entries(ear, "refused")[0]["path"] == "inputs[0].debounce_ms"
    assert "alarm2mqtt.yaml:18: inputs[0].debounce_ms: is out of range" in bridge.said()
    told = refusal(ear, "input/window/settings", {"name": "W"})
    assert told[""] == "the file was edited by hand and is wrong; nothing can be changed until it is right"
    assert "inputs[0].debounce_ms" in told
    bridge.file.write_text(bridge.original)
    wait_until(lambda: "is right again" in bridge.said(), what="the file being right again")
    assert answers(ear, ("input/window/settings", {"name": "W"}))[0]["ok"]


def test_an_edit_by_hand_just_before_a_command_is_not_lost(bridge, ear):
    bridge.file.write_text(bridge.original.replace("alarm_time_ms: 0", "alarm_time_ms: 5000   # by hand"))
    assert answers(ear, ("output/siren/settings", {"mode": "pulse"}))[0]["ok"]
    shown = ear.wait_for_json(f"{D}/output/siren/settings", lambda one: one["mode"] == "pulse")
    assert shown["alarm_time_ms"] == 5000
    assert "alarm_time_ms: 5000   # by hand" in bridge.file.read_text()


def test_a_repeated_command_is_answered_again_and_not_done_again(ear):
    patch = ("input/door/settings", {"id": "p1", "quiet_s": 7})
    first, second = answers(ear, patch, patch)
    assert first == second
    answers(ear, ("input/door/settings", {"quiet_s": 8}))
    assert len(entries(ear, "settings")) == 2


def test_after_a_restart_what_was_changed_is_what_is_in_force(bridge, ear):
    answers(ear, ("output/strobe/settings", {"mode": "pulse", "pulse": {"on_ms": 100}}))
    assert bridge.stop() == 0
    assert "  - {id: strobe, mode: pulse, pulse: {on_ms: 100}}\n" in bridge.file.read_text()
    bridge.start()
    ear.wait_for_json(f"{D}/output/strobe/settings", lambda one: one["pulse"] == {"on_ms": 100, "off_ms": 500})


def test_a_signal_reads_the_file_again_and_says_what_is_wrong_again(bridge, ear):
    bridge.file.write_text("inputs: 7\n")
    for times in (1, 2):
        bridge.signal(signal.SIGHUP)
        wait_until(
            lambda times=times: bridge.said().count("inputs: must be a list") >= times, what="the fault being told"
        )
    assert ear.last(f"{D}/availability") == b"online"


def test_killed_in_the_middle_of_many_changes_the_file_is_always_whole(bridge, ear):
    for some in (1, 3, 7, 11):
        before = len(ear.on(RESPONSE))
        for number in range(50):
            patch = {"quiet_s": 10 + number, "name": "x" * (number + 1)}
            ear.publish(f"{D}/input/door/settings/set", json.dumps(patch))
        wait_until(lambda wanted=before + some: len(ear.on(RESPONSE)) >= wanted, what="some answers")
        bridge.kill()
        checked = bridge.command("check", str(bridge.file))
        assert checked.returncode == 0, checked.stderr
        assert bridge.file.read_text().endswith("# The end.\n")
        assert "# it does not bounce" in bridge.file.read_text()
        bridge.start()
        ear.wait_for(f"{D}/availability", b"online")
    wait_until(
        lambda: answers(ear, ("input/door/settings", {"name": "after all"}))[0]["ok"], what="being changed again"
    )


def test_a_flood_of_changes_is_refused_and_every_one_is_answered(ear):
    before = len(ear.on(RESPONSE))
    for number in range(100):
        ear.publish(f"{D}/input/door/settings/set", json.dumps({"quiet_s": number}))
    wait_until(lambda: len(ear.on(RESPONSE)) == before + 100, what="all answers")
    told = {json.dumps(one.json["error"]) for one in ear.on(RESPONSE)[before:]}
    assert told <= {"null", json.dumps([{"path": "", "message": "too many changes of settings at once"}])}


def test_what_the_disk_does_not_take_is_refused_and_stays_as_it_was(bridge, ear):
    in_the_way = bridge.folder / ".alarm2mqtt.yaml.new"
    in_the_way.mkdir()
    told = refusal(ear, "output/siren/settings", {"valid_signal": "disconnect"})
    assert told == {"": "the settings file cannot be written: Is a directory"}
    assert bridge.contact("siren") == "disconnected"
    in_the_way.rmdir()
    assert answers(ear, ("output/siren/settings", {"valid_signal": "disconnect"}))[0]["ok"]
