"""Debian's motion, as docs/sources.md sets it up: what moves on a test picture is an alarm, by calls of the hook."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from programs.page import PagedBridge
from servers.process import ServerProcess, wait_until
from words.builders import an_input, an_output

pytestmark = pytest.mark.e2e
TOKEN = "t0ken-of-the-yard"
DOCUMENT = Path(__file__).parents[2] / "docs" / "sources.md"
PICTURE = (
    "color=c=gray:s=320x240:r=10:d=16,"
    "drawbox=x='mod(t*150\\,260)':y=80:w=60:h=60:color=white:t=fill:enable='between(t,5,8)'"
)
"""A white box that moves on grey from the fifth to the eighth second."""
QUIET = """
daemon off
width 320
height 240
framerate 10
threshold 400
minimum_motion_frames 2
picture_output off
movie_output off
webcontrol_port 0
stream_port 0
"""


def documented() -> list[str]:
    """The lines for motion's own file in the documents."""
    found = re.search(r"```text\n(# motion\.conf\n.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found is not None
    return found[1].splitlines()


def test_what_moves_before_motion_is_an_alarm_until_it_rests(tmp_path: Path) -> None:
    missing = [name for name in ("motion", "ffmpeg", "curl") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"NOT TESTED: {', '.join(missing)} is not installed")
    video, token, settings = tmp_path / "yard.mp4", tmp_path / "yard-token", tmp_path / "motion.conf"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", PICTURE, "-q:v", "5", video], check=True, timeout=60)
    token.write_text(f"{TOKEN}\n")
    yard = an_input("yard", line={"kind": "http", "token_file": str(token)}, outputs=["lamp"], quiet_s=0)
    with PagedBridge(tmp_path, inputs=[yard], outputs=[an_output("lamp", follow_source=True)]) as bridge:
        board = f"127.0.0.1:{bridge.port_of_page}"
        calls = "\n".join(documented()).replace("board:8099", board).replace("/etc/alarm2mqtt/yard-token", str(token))
        settings.write_text(f"{QUIET}netcam_url file://{video}\ntarget_dir {tmp_path}\n{calls}\n")
        # It has no port: the bridge's own is open at once.
        command = ["motion", "-n", "-c", settings]
        with ServerProcess(command, port=bridge.port_of_page, folder=tmp_path) as motion:
            wait_until(
                lambda: bridge.contact("lamp") == "connected", within_s=30, what=f"motion:\n{motion.log.read_text()}"
            )
            wait_until(
                lambda: bridge.contact("lamp") == "disconnected", within_s=30, what=f"rest:\n{motion.log.read_text()}"
            )
