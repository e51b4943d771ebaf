"""The daemon under its guard, as in a container: however it ends, the siren is off and the bridge comes back."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from programs.bridge import MAIN, Bridge
from servers.process import free_port, wait_until

pytestmark = pytest.mark.e2e

PATIENCE = "Timeouts(ready_s=20, life_s=1, stop_s=3, safe_s=5, pauses=Backoff(first_s=0.2, longest_s=1))"
GUARD = """
import sys
from bridge.guard.guard import Guard
from bridge.guard.health import Timeouts
from bridge.runtime import log_setup
from bridge.system.backoff import Backoff
log_setup.set_up(level="info", style="console")
main = [sys.executable, "-m", "bridge"]
run, file = sys.argv[1:]
sys.exit(Guard(run=[*(run.split() or [*main, "run"]), file], safe=[*main, "safe", file], patience={patience}).watch())
"""
PARTS = {
    "inputs": [{"id": "door", "debounce_ms": 0, "linkage": {"outputs": ["siren"]}}],
    "outputs": [{"id": "siren"}],
}


class Guarded(Bridge):
    """The bridge with a guard before it, less patient than the real one."""

    run = ""

    def start(self):
        code = GUARD.format(patience=PATIENCE)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", code, self.run, str(self.file)], stdin=subprocess.DEVNULL, stderr=log, stdout=log
            )
        return self

    def daemon(self) -> int | None:
        """The daemon's process, once it is well; None before."""
        if not self.health()[0]:
            return None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(children[0])

    def health(self) -> tuple[bool, str]:
        asked = self.command("healthy")
        return asked.returncode == 0, asked.stdout.strip()

    def well(self) -> int:
        return wait_until(self.daemon, within_s=20, what=f"a healthy daemon; log:\n{self.said()}")

    def sound_the_siren(self) -> None:
        self.board("disconnect door")
        self.board("connect door")
        wait_until(lambda: self.contact("siren") == "connected", what="the siren")


@pytest.fixture
def guarded(tmp_path):
    with Guarded(tmp_path, free_port(), **PARTS) as bridge:
        yield bridge


def lives(log: str) -> list[str]:
    """The log, cut where a daemon starts."""
    return re.split(r".*outputs idle, inputs watched\n", log)


def test_a_daemon_that_is_killed_leaves_the_siren_off_and_is_begun_again(guarded):
    first = guarded.well()
    guarded.sound_the_siren()
    # An alarm that is stored resumes, and sounds nothing anew.
    wait_until(lambda: "alarm_begin" in guarded.command("log", str(guarded.file)).stdout, what="the alarm in the store")
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: "again in" in guarded.said(), what="the guard's word")
    second = guarded.well()
    assert second != first
    _, before_second, *_ = lives(guarded.said())
    assert "siren: idle (disconnected)" in before_second, "made safe between the two lives"
    assert "was ended by signal 9 (Killed)" in before_second
    assert guarded.contact("siren") == "disconnected"


def test_a_daemon_that_hangs_is_killed_by_the_watchdog(guarded):
    first = guarded.well()
    guarded.sound_the_siren()
    os.kill(first, signal.SIGSTOP)
    wait_until(lambda: "no sign of life" in guarded.said(), what="the watchdog")
    assert guarded.well() != first
    assert "siren: idle (disconnected)" in lives(guarded.said())[1]


def test_sigterm_ends_both_with_exit_code_0_and_the_siren_off(guarded):
    guarded.well()
    guarded.sound_the_siren()
    assert guarded.stop() == 0
    assert "siren: idle (disconnected)" in guarded.said()
    assert guarded.health() == (False, "no guard answers: Connection refused")


def test_sigterm_before_the_daemon_takes_signals_is_an_orderly_stop_too(tmp_path):
    with Guarded(tmp_path, free_port(), **PARTS) as bridge:
        wait_until(lambda: bridge.command("healthy").stdout.startswith("starting"), what="the guard")
        assert bridge.stop() == 0


def test_a_daemon_that_does_not_end_in_time_is_killed_and_that_is_no_success(guarded):
    daemon = guarded.well()
    guarded.sound_the_siren()
    os.kill(daemon, signal.SIGSTOP)
    assert guarded.stop() == 1
    assert "siren: idle (disconnected)" in guarded.said()


def test_sighup_reaches_the_daemon(guarded):
    daemon = guarded.well()
    guarded.write(**{**PARTS, "outputs": [{"id": "siren"}, {"id": "strobe"}]})
    guarded.signal(signal.SIGHUP)
    wait_until(lambda: "strobe" in guarded.board("contacts")["outputs"], what="the new output")
    assert guarded.well() == daemon


def test_wrong_settings_at_the_first_start_end_it_with_exit_code_2_and_idle_outputs(tmp_path):
    bridge = Guarded(tmp_path, free_port(), **{**PARTS, "inputs": [{"id": "door", "debounce_ms": -1}]})
    with bridge:
        assert bridge.process.wait(20) == 2
    assert "inputs[0].debounce_ms" in bridge.said()
    assert "siren: idle (disconnected)" in bridge.said()


def test_settings_that_went_wrong_meanwhile_are_tried_until_somebody_mends_them(guarded):
    daemon = guarded.well()
    good = guarded.file.read_text()
    guarded.file.write_text("inputs: [")
    os.kill(daemon, signal.SIGKILL)
    wait_until(lambda: "ended with exit code 2; again in" in guarded.said(), what="a start that fails")
    assert not guarded.health()[0]
    guarded.file.write_text(good)
    guarded.well()


def test_a_daemon_that_cannot_be_started_at_all_is_tried_again_and_the_outputs_are_idle(tmp_path):
    bridge = Guarded(tmp_path, free_port(), **PARTS)
    bridge.run = "/no/such/program"
    with bridge:
        wait_until(lambda: bridge.said().count("cannot be started") > 1, what="a second try")
        assert "siren: idle (disconnected)" in bridge.said()
        assert bridge.stop() == 0


def test_what_a_killed_daemon_leaves_running_is_killed_with_it(tmp_path):
    script = tmp_path / "daemon.sh"
    script.write_text(f"#!/bin/sh\nsleep 1000 &\necho $! > {tmp_path}/player\nkill -9 $$\n")
    script.chmod(0o755)
    bridge = Guarded(tmp_path, free_port(), **PARTS)
    bridge.run = str(script)
    with bridge:
        wait_until(lambda: "again in" in bridge.said(), what="the guard's word")
        player = int((tmp_path / "player").read_text())
        wait_until(lambda: not is_running(player), what="the player's end")
        assert bridge.stop() == 0


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_command_itself_runs_the_daemon(tmp_path):
    bridge = Guarded(tmp_path, free_port(), **PARTS)
    with bridge.log.open("ab") as log:
        bridge.process = subprocess.Popen([*MAIN, "guard", str(bridge.file)], stderr=log, stdout=log)
    bridge.well()
    assert bridge.health() == (True, "1 inputs, 1 outputs")
    assert bridge.stop() == 0
