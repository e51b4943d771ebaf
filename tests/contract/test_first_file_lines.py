"""`alarm2mqtt init` on real kernel lines: what it offers, and that the file that it writes drives them."""

from __future__ import annotations

import signal
import subprocess
import time
from pathlib import Path

import pytest
from programs.bridge import MAIN
from programs.terminal import AtTerminal
from servers.gpio_sim import SimChip, absence
from servers.process import wait_until

if (missing := absence()) is not None:
    pytest.skip(missing, allow_module_level=True)
pytestmark = pytest.mark.kernel


def _closed_again(chip: SimChip) -> bool:
    """Opens and closes the door's contact, as people do until it is heard: closed at the start is no alarm."""
    held_s = 0.2  # a contact counts once it has been stable for 100 ms
    for level in (1, 0):
        chip.pull("ALARM_IN1", level)
        time.sleep(held_s)
    return True


def test_lines_that_are_chosen_by_name_and_number_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALARM2MQTT_DEVICE__STARTUP_GRACE_S", "0")
    with SimChip("camera", ["ALARM_IN1", "WINDOW", "HORN"]) as chip:
        chip.pull("ALARM_IN1", 1)
        with AtTerminal("init", "gate.yaml", folder=tmp_path) as terminal:
            for question in ("Its name", "Its id", "Its host", "Its port", "User name"):
                terminal.answer(question)
            assert "ALARM_IN1" in terminal.wait_for("Which are alarm inputs? [ALARM_IN1]")
            terminal.answer("Which are alarm inputs?")
            terminal.answer("Which are alarm outputs?", f"ALARM_IN1, {chip.name}:2")
            terminal.answer("ALARM_IN1 is an input already", f"{chip.name}:2")
            terminal.answer("Name of the input on ALARM_IN1 [Alarm in1]", "Door")
            terminal.answer("Door: alarm on")
            terminal.answer("Name of the output on HORN [Horn]")
            terminal.answer("Horn: on when its line is high or low", "low")
            terminal.answer("Horn: siren, strobe")
            terminal.answer("Lines in other devices")
            for question in (
                "Door: which outputs go on with its alarm? [Horn]",
                "other machines",
                "Folder",
                "Write",
            ):
                terminal.answer(question)
            assert terminal.ended(30) == 0
        log = (tmp_path / "log").open("wb")
        with log, subprocess.Popen([*MAIN, "run", "gate.yaml"], cwd=tmp_path, stderr=log) as bridge:
            try:
                wait_until(lambda: "inputs watched" in (tmp_path / "log").read_text(), what="the bridge's start")
                assert chip.value("HORN") == 1, "an output that a low line switches on is idle when it is high"
                wait_until(lambda: _closed_again(chip) and chip.value("HORN") == 0, what="the horn's low line")
                bridge.send_signal(signal.SIGTERM)
                assert bridge.wait(20) == 0
            finally:
                bridge.kill()
