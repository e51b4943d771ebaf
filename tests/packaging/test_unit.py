"""The systemd unit in a real systemd: readiness, watchdog, stop hook, reload, sandbox."""

from __future__ import annotations

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(600)]

# Every point has its reason in the unit; more means that one was lost.
MOST_EXPOSED = "2.0"


def test_however_the_daemon_ends_the_siren_is_off_and_the_unit_comes_back(rig, sources):
    told = rig.unit(
        "--base=python:3.13-slim-trixie",
        f"--files={sources}",
        "--setup=sh tests/packaging/unit_board.sh",
        f"--max-exposure={MOST_EXPOSED}",
        str(sources / "bridge/cli/install/alarm2mqtt.service"),
        "--",
        "python3",
        "/src/tests/packaging/unit_story.py",
    )
    assert "stopped with exit code 0 and the siren off" in told
    assert "verify:" not in told, "systemd has something to say about the unit"
