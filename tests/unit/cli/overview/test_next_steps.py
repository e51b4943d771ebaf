"""What is said in each situation, and what to type next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.cli.main import _parser
from bridge.cli.overview.invocation import Caller
from bridge.cli.overview.overview import orientation_text
from bridge.cli.overview.running_bridges import RunningBridge
from bridge.cli.overview.situation import Situation
from bridge.errors import Fault
from bridge.settings.load import validate

FILE = Path("/etc/alarm2mqtt/alarm2mqtt.yaml")
ME = Caller(me="alarm2mqtt", as_root="sudo /opt/alarm2mqtt/bin/alarm2mqtt", sudo="sudo ")
SETTINGS = validate({"inputs": [{"id": "door", "line": {"name": "IN1"}}]})
RUNNING = RunningBridge(process=17, command="run", file=FILE)
NOTHING = Situation(file=FILE, is_default=True, there=False, readable=True, writable=True)
RIGHT = replace(NOTHING, there=True, settings=SETTINGS)
WRONG = replace(NOTHING, there=True, faults=(Fault(path="inputs", message="is no list", file="a.yaml", line=3),) * 4)
SIMULATED = validate({"lines": {"driver": "simulated"}, "inputs": [{"id": "door"}], "store": {"folder": "/srv/a b"}})


def said(seen, called=ME):
    return orientation_text(seen, called)


def commands(seen, called=ME):
    """The commands that are advised, without what they do."""
    _, _, advised = said(seen, called).partition("next:\n\n")
    return [line.strip().partition("  ")[0] for line in advised.splitlines() if not line.startswith("      ")]


def test_without_a_file_there_is_init():
    assert "none yet at /etc/alarm2mqtt/alarm2mqtt.yaml" in said(NOTHING)
    assert "bridge     does not run" in said(NOTHING)
    assert commands(NOTHING) == ["alarm2mqtt init", "alarm2mqtt lines", "alarm2mqtt demo", "alarm2mqtt --help"]


@pytest.mark.parametrize("seen", [NOTHING, RIGHT], ids=["no file", "a file"])
def test_where_systemd_has_no_service_yet_it_can_be_installed(seen):
    assert commands(replace(seen, can_be_service=True))[0] == "sudo /opt/alarm2mqtt/bin/alarm2mqtt install"


def test_who_may_not_write_the_file_is_told_to_be_root():
    assert commands(replace(NOTHING, writable=False))[0] == "sudo /opt/alarm2mqtt/bin/alarm2mqtt init"


def test_a_file_that_is_wrong_is_checked_and_its_first_faults_are_shown():
    assert "4 things are wrong" in said(WRONG)
    assert said(WRONG).count("a.yaml:3: inputs: is no list") == 3
    assert commands(WRONG) == ["alarm2mqtt check", "nano /etc/alarm2mqtt/alarm2mqtt.yaml", "alarm2mqtt --help"]
    assert "runs (process 17), with the settings from before" in said(replace(WRONG, running=RUNNING))


def test_a_disarmed_device_is_called_so():
    assert "arming     DISARMED: only inputs that are always armed can alarm" in said(replace(RIGHT, disarmed=True))
    assert "armed" not in said(RIGHT)


def test_a_file_that_is_right_is_run():
    assert "right; 1 input, 0 outputs" in said(RIGHT)
    far = validate({"inputs": [{"id": "clock", "line": {"kind": "health", "what": "clock"}}]})
    assert "right; 1 input, 0 outputs, 1 of them not on lines of this machine" in said(replace(RIGHT, settings=far))
    assert commands(RIGHT) == ["alarm2mqtt run", "alarm2mqtt watch", "alarm2mqtt check", "alarm2mqtt --help"]


def test_where_the_service_is_installed_it_is_enabled():
    assert commands(replace(RIGHT, service=True))[0] == "sudo systemctl enable --now alarm2mqtt"


def test_a_bridge_that_runs_is_watched_and_its_page_is_named():
    seen = replace(RIGHT, running=RUNNING, page="http://gate:8099/")
    assert "runs (process 17)\n  page       http://gate:8099/" in said(seen)
    assert commands(seen) == ["alarm2mqtt watch", "alarm2mqtt log --follow", "alarm2mqtt --help"]


def test_a_page_that_answers_shows_that_it_runs():
    assert "runs: its page answers" in said(replace(RIGHT, page="http://127.0.0.1:8099/"))


def test_what_is_set_up_can_be_tried():
    mail = validate({"email": {"host": "m", "sender": "a@b.c", "recipients": ["a@b.c"]}})
    assert "alarm2mqtt send-test email" in commands(replace(RIGHT, running=RUNNING, settings=mail))
    board = "alarm2mqtt board --socket '/srv/a b/board.sock' connect door"
    assert board in commands(replace(RIGHT, running=RUNNING, settings=SIMULATED))


def test_a_file_elsewhere_is_named_in_every_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seen = replace(RIGHT, file=tmp_path / "my gate.yaml", is_default=False)
    assert commands(seen)[:3] == [
        "alarm2mqtt run 'my gate.yaml'", "alarm2mqtt watch 'my gate.yaml'", "alarm2mqtt check 'my gate.yaml'",
    ]  # fmt: skip


def test_what_only_root_may_read_is_asked_for_as_root():
    seen = replace(NOTHING, there=True, readable=False, running=RUNNING)
    assert "only root may read it" in said(seen)
    assert commands(seen)[0] == "sudo /opt/alarm2mqtt/bin/alarm2mqtt watch"


@pytest.mark.parametrize(
    "seen",
    [
        NOTHING,
        WRONG,
        RIGHT,
        replace(RIGHT, running=RUNNING),
        replace(RIGHT, running=RUNNING, settings=SIMULATED),
        replace(RIGHT, file=Path("/x/y.yaml"), is_default=False),
    ],
)
def test_every_command_is_one_that_there_is(seen):
    for line in commands(seen):
        words = line.replace("'", "").split()
        if words[0] == "alarm2mqtt" and words[1] != "--help":
            assert _parser().parse_args(words[1:]).command is not None


@pytest.mark.parametrize("seen", [NOTHING, WRONG, RIGHT, replace(RIGHT, running=RUNNING)])
def test_it_fits_a_terminal_of_80_columns(seen):
    assert max(map(len, said(seen).splitlines())) <= 80
    far = Caller(me="/srv/a/very/long/way/to/alarm2mqtt", as_root="sudo x", sudo="sudo ")
    assert max(map(len, said(seen, far).splitlines())) <= 80
