"""Whether a folder lies on the card that it is meant for: an empty mount point must not be written to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_CARDS = (Path("/mnt"), Path("/media"), Path("/run/media"))
"""Where cards are mounted by custom; a folder there that lies on the root file system is a card that is not in."""


def mount_points(table: str) -> tuple[Path, ...]:
    """The mount points that a file like /etc/fstab names, the root left out."""
    points = []
    for line in table.splitlines():
        fields = line.split("#", 1)[0].split()
        if len(fields) > 1 and fields[1].startswith("/") and fields[1] != "/":
            points.append(Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[1])))
    return tuple(points)


def missing_card(folder: Path, *, expected: Iterable[Path], root: Path = Path("/")) -> str | None:
    """Why `folder` must not be used, or None: the card that belongs over it is not mounted.

    `expected` are mount points, as of /etc/fstab; besides, what lies where cards are mounted by
    custom has to be on another device than `root`. Raises OSError.
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
    """Why this mount point must not be written below, or None: a mounted one is not on its parent's device."""
    try:
        mounted = point == Path("/") or point.stat().st_dev != point.parent.stat().st_dev
    except FileNotFoundError:
        mounted = False
    return None if mounted else f"{point} is not mounted"
