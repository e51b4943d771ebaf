"""gpio-sim, the kernel's GPIO simulator: real character devices whose outside a test moves.

Needs root and a mounted configfs with gpio-sim; `absence` says what is missing.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

CONFIGFS = Path("/sys/kernel/config/gpio-sim")
_count = itertools.count(1)


def absence() -> str | None:
    """Why there are no simulated kernel lines here; None when there are."""
    if not CONFIGFS.is_dir():
        return "this kernel has no gpio-sim (modprobe gpio-sim, mount configfs)"
    return None if os.geteuid() == 0 else "gpio-sim needs root"


class SimChip:
    """A chip of its own. Lines are named, or None; `pull` and `value` take name or offset."""

    def __init__(self, label: str, names: Sequence[str | None]) -> None:
        self.label = label
        self.names = tuple(names)
        self._config = CONFIGFS / f"test{os.getpid()}-{next(_count)}"
        self._fds: dict[tuple[int, str], int] = {}
        bank = self._config / "bank"
        bank.mkdir(parents=True)
        (bank / "label").write_text(label)
        (bank / "num_lines").write_text(str(len(names)))
        for offset, name in enumerate(names):
            if name:
                (bank / f"line{offset}").mkdir()
                (bank / f"line{offset}" / "name").write_text(name)
        self.plug()

    def plug(self) -> None:
        """Make it live; it may get another number than before."""
        (self._config / "live").write_text("1")
        self.name = (self._config / "bank" / "chip_name").read_text().strip()
        device = (self._config / "dev_name").read_text().strip()
        self.path = f"/dev/{self.name}"
        self._sysfs = Path("/sys/devices/platform", device, self.name)

    def unplug(self) -> None:
        """Take it away, also from under a process that holds lines of it."""
        for fd in self._fds.values():
            with suppress(OSError):
                os.close(fd)
        self._fds.clear()
        if self.plugged:
            (self._config / "live").write_text("0")

    @property
    def plugged(self) -> bool:
        """Whether it is live."""
        return (self._config / "live").read_text().strip() == "1"

    def pull(self, line: int | str, value: int) -> None:
        """Set the level outside a line: 1 high, 0 low."""
        os.pwrite(self._fd(line, "pull", os.O_RDWR), b"pull-up" if value else b"pull-down", 0)

    def pulled(self, line: int | str) -> int:
        """The level outside a line, whoever drives it."""
        return int(os.pread(self._fd(line, "pull", os.O_RDWR), 16, 0).startswith(b"pull-up"))

    def value(self, line: int | str) -> int:
        """The level on a line: what it is driven to, else what is outside."""
        return int(os.pread(self._fd(line, "value", os.O_RDONLY), 2, 0))

    def attribute(self, line: int | str, attribute: str) -> Path:
        """The file of a line: `pull` or `value`."""
        offset = line if isinstance(line, int) else self.names.index(line)
        return self._sysfs / f"sim_gpio{offset}" / attribute

    def destroy(self) -> None:
        """Remove it for good."""
        self.unplug()
        bank = self._config / "bank"
        for line in bank.glob("line*"):
            line.rmdir()
        bank.rmdir()
        self._config.rmdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.destroy()

    def _fd(self, line: int | str, attribute: str, flags: int) -> int:
        offset = line if isinstance(line, int) else self.names.index(line)
        if (offset, attribute) not in self._fds:
            file = self._sysfs / f"sim_gpio{offset}" / attribute
            self._fds[offset, attribute] = os.open(file, flags | os.O_CLOEXEC)
        return self._fds[offset, attribute]
