"""Quarantine of broken databases: renamed, not deleted, so that a person can examine them."""

from __future__ import annotations

import re
from pathlib import Path

KEPT = 3
"""Number of quarantined databases. Older ones are deleted, so that they do not fill a dying disk."""


def quarantine(path: Path) -> Path:
    """Renames a database with its log to `<name>.corrupt-<n>`, n one higher than any before. Returns the new path.

    All but the newest `KEPT` are deleted.

    Raises:
        OSError: the folder cannot be written.
    """
    earlier = sorted(_numbers(path))
    number = earlier[-1] + 1 if earlier else 1
    aside = path.with_name(f"{path.name}.corrupt-{number}")
    # The log first: were the program killed between the two, an old log beside a new database
    # would be worse than an old database without its log.
    for suffix in ("-wal", "-shm", ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    for old in earlier[: max(0, len(earlier) + 1 - KEPT)]:
        for suffix in ("-wal", "-shm", ""):
            path.with_name(f"{path.name}.corrupt-{old}{suffix}").unlink(missing_ok=True)
    return aside


def has_quarantined(path: Path) -> bool:
    """Returns whether a quarantined database of this name exists. Raises OSError."""
    return bool(_numbers(path))


def _numbers(path: Path) -> list[int]:
    """Returns the numbers of the quarantined databases of this name, in no order."""
    pattern = re.compile(re.escape(path.name) + r"\.corrupt-(\d+)")
    matches = (pattern.fullmatch(found.name) for found in path.parent.iterdir())
    return [int(match.group(1)) for match in matches if match]
