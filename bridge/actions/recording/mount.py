"""Checks that the recording folder is on its card: an empty mount point must not be written to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_CARDS = (Path("/mnt"), Path("/media"), Path("/run/media"))
"""Folders in which cards are mounted by custom; a folder there on the root file system means a missing card."""


def mount_points(table: str) -> tuple[Path, ...]:
    """Returns the mount points in a table such as /etc/fstab, without the root."""
    points = []
    for line in table.splitlines():
        fields = line.split("#", 1)[0].split()
        if len(fields) > 1 and fields[1].startswith("/") and fields[1] != "/":
            points.append(Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[1])))
    return tuple(points)


def missing_card(folder: Path, *, expected: Iterable[Path], root: Path = Path("/")) -> str | None:
    """Returns the reason why `folder` must not be used (its card is not mounted), or None.

    `expected` are mount points, as of /etc/fstab. A folder below the customary places of cards has to be on another
    device than `root`. Raises OSError.
    """
    above = (folder, *folder.parents)
    for point in expected:
        if point in above and (problem := unmounted(point)) is not None:
            return problem
    if any(place in above[1:] for place in _CARDS):
        nearest = next(path for path in above if path.exists())
        if nearest.stat().st_dev == root.stat().st_dev:
            return f"{folder} is not on a mounted card"
    return None


def unmounted(point: Path) -> str | None:
    """Returns the reason why a mount point must not be written to (nothing is mounted there), or None.

    Something is mounted if it is on another device than its parent.
    """
    try:
        mounted = point == Path("/") or point.stat().st_dev != point.parent.stat().st_dev
    except FileNotFoundError:
        mounted = False
    return None if mounted else f"{point} is not mounted"
