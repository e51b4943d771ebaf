"""The places of an installation on a board, and the files that come with the program (pure but for reading those)."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

USER = "alarm2mqtt"
SERVICE = "alarm2mqtt.service"
PROGRAM = Path("/opt/alarm2mqtt")
COMMAND = PROGRAM / "bin/alarm2mqtt"
RECEIPT = PROGRAM / "installed.json"
FRESH = PROGRAM.with_name(".alarm2mqtt.new")
"""The place where a new copy of the program is made."""
BEFORE = PROGRAM.with_name(".alarm2mqtt.before")
"""The place of the copy before, until the new one runs."""
LINK = Path("/usr/local/bin/alarm2mqtt")
UNIT = Path("/etc/systemd/system/alarm2mqtt.service")
DROP_INS = Path("/etc/systemd/system/alarm2mqtt.service.d")
UDEV_RULE = Path("/etc/udev/rules.d/60-alarm2mqtt-gpio.rules")
SETTINGS = Path("/etc/alarm2mqtt")
FILE = SETTINGS / "alarm2mqtt.yaml"
STATE = Path("/var/lib/alarm2mqtt")

GROUPS = ("gpio", "audio", "video", "dialout")
"""Groups that may open lines, sound cards and cameras; some systems give GPIO chips to dialout."""


def packaged(name: str) -> bytes:
    """Returns the content of a file that comes with the program, such as the unit."""
    return files("bridge.cli.install").joinpath(name).read_bytes()


def contents() -> dict[Path, bytes]:
    """Returns the files that an installation writes below /etc, by their places."""
    return {UNIT: packaged(UNIT.name), UDEV_RULE: packaged(UDEV_RULE.name)}
