"""Troubles that the operating system reports: of the network, and of a folder's disk. Blocks: never on the event loop.

The network is read of the kernel's own tables: nothing is sent, so a device without the Internet is well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

INTERFACES: Final = Path("/sys/class/net")
ROUTES: Final = Path("/proc/net")
FULL_BYTES: Final = 64 * 1024
"""With less room than that a journal entry may not fit."""
_UP, _REJECT = 0x1, 0x200
_ANYWHERE = "0" * 8
_ANYWHERE_6 = "0" * 32


def network_trouble(interfaces: Path = INTERFACES, routes: Path = ROUTES) -> str | None:
    """Returns the trouble of the network: no interface but loopback has a carrier, or there is no default route.

    Returns None if it is well.
    """
    if not any(_has_carrier(each) for each in _interfaces(interfaces)):
        return "no network interface has a carrier"
    if not any(_default_routes(routes)):
        return "there is no default route"
    return None


def folder_trouble(folder: Path) -> str | None:
    """Returns the trouble of a folder's disk: missing, read-only, full or failing; None if it is well."""
    try:
        disk = os.statvfs(folder)
    except OSError as error:
        return f"{folder}: {error.strerror}"
    if disk.f_flag & os.ST_RDONLY:
        return f"{folder} is read-only"
    if disk.f_bavail * disk.f_frsize < FULL_BYTES:
        return f"the disk of {folder} is full"
    return None


def card_trouble(folder: Path) -> str | None:
    """Returns the trouble of the recording folder's disk; None if it is well, or the recorder has yet to make it."""
    return folder_trouble(folder) if folder.exists() else None


def _interfaces(folder: Path) -> list[Path]:
    try:
        return [each for each in folder.iterdir() if each.name != "lo" and (each / "carrier").exists()]
    except OSError:
        return []


def _has_carrier(interface: Path) -> bool:
    """Returns whether an interface has a carrier; one that is down answers with an error."""
    try:
        return (interface / "carrier").read_text().strip() == "1"
    except OSError:
        return False


def _default_routes(folder: Path) -> Iterator[str]:
    """Yields the interfaces of default routes of both protocols."""
    for line in _lines(folder / "route")[1:]:
        name, destination, _, flags, *_, mask = line[:8] if len(line) >= 8 else [""] * 8  # noqa: PLR2004 - the columns
        if destination == mask == _ANYWHERE and int(flags, 16) & (_UP | _REJECT) == _UP:
            yield name
    for line in _lines(folder / "ipv6_route"):
        is_default = len(line) == 10 and line[:2] == [_ANYWHERE_6, "00"] and line[9] != "lo"  # noqa: PLR2004 - columns
        if is_default and int(line[8], 16) & (_UP | _REJECT) == _UP:
            yield line[9]


def _lines(file: Path) -> list[list[str]]:
    """Returns the words of each line of a file; none for one that cannot be read."""
    try:
        return [line.split() for line in file.read_text().splitlines()]
    except OSError:
        return []
