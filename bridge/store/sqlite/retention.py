"""The journal's retention: 90 days or 100 000 entries, deleted in small steps."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from bridge.store.sqlite.rows import microseconds
from bridge.store.sqlite.sequence import CLOCK_NOT_SET_BEFORE

KEPT_ENTRIES = 100_000
KEPT_FOR = timedelta(days=90)
STEP = 200
"""Most entries deleted with one commit, so that no alarm waits for them."""

EVERY_S = 3600.0
"""Interval of the check for age. It goes with a commit that is made anyway, so that an idle device stays idle."""
NEXT_STEP_S = 0.5
_NO_END = 2**63 - 1


class ExpiryPace:
    """The times of checks for old entries, in seconds of the monotonic clock."""

    def __init__(self) -> None:
        self._last: float | None = None
        self.next_step_at: float | None = None
        """Time of the next step, while more old entries are known to exist."""

    def is_due(self, now: float) -> bool:
        """Returns whether a commit at this time (monotonic seconds) should check for old entries."""
        return self._last is None or self.next_step_at is not None or now - self._last >= EVERY_S

    def checked(self, now: float, *, more: bool) -> None:
        """Records a check at this time; `more`: it deleted a full step, so more entries may be old."""
        self._last = now
        self.next_step_at = now + NEXT_STEP_S if more else None


def expired(
    connection: sqlite3.Connection, *, entries: int, now: datetime | None, kept: int = KEPT_ENTRIES
) -> list[int]:
    """Returns the oldest sequence numbers to delete now, at most `STEP`, perhaps none; `entries` counts all entries.

    Age counts against `now`; with None only the number of entries counts.
    """
    heads = [row[0] for row in connection.execute("SELECT seq FROM journal ORDER BY seq LIMIT ?", (STEP,))]
    last_old = _last_too_old(connection, microseconds(now - KEPT_FOR), heads) if now is not None and heads else None
    surplus = heads[: max(0, entries - kept)]
    old = [seq for seq in heads if last_old is not None and seq <= last_old]
    return max(surplus, old, key=len)


def _last_too_old(connection: sqlite3.Connection, cutoff_us: int, heads: Sequence[int]) -> int | None:
    """Returns the number of the last old entry at the journal's beginning, or None if none is old.

    Order decides, not stamps alone: a clock that was wrong for a while must not cut a hole. An entry stamped before its
    clock was set is as old as the next one with a valid time. Entries after `heads`, the oldest, are looked at only if
    none of those has a valid time: there is no index of times.
    """
    for last in (heads[-1], _NO_END):
        recent = connection.execute(
            "SELECT seq FROM journal WHERE seq <= ? AND time_us >= ? ORDER BY seq LIMIT 1", (last, cutoff_us)
        ).fetchone()
        old = connection.execute(
            "SELECT seq FROM journal WHERE seq <= ? AND time_us >= ? ORDER BY seq DESC LIMIT 1",
            (last if recent is None else recent[0] - 1, CLOCK_NOT_SET_BEFORE * 1_000_000),
        ).fetchone()
        if old is not None:
            return int(old[0])
        if recent is not None:
            return None
    return None
