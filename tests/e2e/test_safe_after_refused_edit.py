"""The daemon dies while the file is not what it drives by: its siren is turned off all the same."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from programs.bridge import MAIN, Bridge
from servers.mosquitto import Mosquitto
from servers.process import wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e

SPOILT: dict[str, Callable[[Path], object]] = {
    "emptied": lambda file: file.write_text(""),
    "no yaml": lambda file: file.write_text("outputs: ["),
    "removed": lambda file: file.unlink(),
    "siren taken out, and something wrong": lambda file: file.write_text("outputs: []\ninputs: 5\n"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_safe_turns_off_what_the_daemon_had_on(tmp_path: Path, how: str) -> None:
    parts = {"inputs": [an_input("door", outputs=["siren"])], "outputs": [an_output("siren")]}
    with Mosquitto(tmp_path / "broker") as broker, Bridge(tmp_path, broker.port, **parts) as bridge:
        bridge.board("connect door")
        wait_until(lambda: bridge.contact("siren") == "connected", what="the siren")
        SPOILT[how](bridge.file)
        wait_until(lambda: "settings refused" in bridge.said(), what="the refusal")
        assert bridge.contact("siren") == "connected"
        bridge.kill()
        result = bridge.command("safe", str(bridge.file))
        assert "siren: idle (disconnected)" in result.stdout
        assert result.returncode == 1  # something is wrong with the file, and is to be seen


def test_outputs_are_idle_even_if_nobody_can_be_told_what_is_wrong(tmp_path: Path) -> None:
    parts = {"inputs": [an_input("door", outputs=["siren"])], "outputs": [an_output("siren")]}
    with Mosquitto(tmp_path / "broker") as broker, Bridge(tmp_path, broker.port, **parts) as bridge:
        bridge.board("connect door")
        wait_until(lambda: bridge.contact("siren") == "connected", what="the siren")
        bridge.kill()
        bridge.file.write_text(bridge.file.read_text().replace('"inputs"', '"inptus"'))
        with Path("/dev/full").open("w") as deaf:
            result = subprocess.run(
                [*MAIN, "safe", str(bridge.file)], stdout=deaf, stderr=deaf, timeout=30, check=False
            )
        assert result.returncode == 1, "the file is wrong, told or not"
        assert json.loads((tmp_path / "board.json").read_text())["outputs"] == {"siren": "disconnected"}
