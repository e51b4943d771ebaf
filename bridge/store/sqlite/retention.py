"""How long the journal is kept: 90 days or 100 000 entries, taken away in small steps."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from bridge.store.sqlite.rows import microseconds
from bridge.store.sqlite.sequence import CLOCK_NOT_SET_BEFORE

KEPT_ENTRIES = 100_000
KEPT_FOR = timedelta(days=90)
STEP = 200
"""So many go with one commit at most, so that no alarm waits for them."""

EVERY_S = 3600.0
"""How often age is looked at: with a commit that is made anyway, so that an idle device stays idle."""
NEXT_STEP_S = 0.5


class ExpiryPace:
    """When to look for entries that are too old; seconds of the monotonic clock."""

    def __init__(self) -> None:
        self._last: float | None = None
        self.next_step_at: float | None = None
        """When to go on, while more of them are known to be there."""

    def is_due(self, now: float) -> bool:
        """Whether a commit at this time is to look."""
        return self._last is None or self.next_step_at is not None or now - self._last >= EVERY_S

    def looked(self, now: float, *, more: bool) -> None:
        """A commit did look; `more`: a full step went."""
        self._last = now
        self.next_step_at = now + NEXT_STEP_S if more else None


def expired(
    connection: sqlite3.Connection, *, entries: int, now: datetime | None, kept: int = KEPT_ENTRIES
) -> list[int]:
    """The oldest sequence numbers that are to go now, at most `STEP`; `entries` are there in all.

    Age counts against `now`, and not at all when that is None.
    """
    heads = [row[0] for row in connection.execute("SELECT seq FROM journal ORDER BY seq LIMIT ?", (STEP,))]
    last_old = _last_too_old(connection, microseconds(now - KEPT_FOR)) if now is not None else None
    surplus = heads[: max(0, entries - kept)]
    old = [seq for seq in heads if last_old is not None and seq <= last_old]
    return max(surplus, old, key=len)


def _last_too_old(connection: sqlite3.Connection, cutoff_us: int) -> int | None:
    """The last of the entries, from the oldest on, that are all too old.

    Order decides, not stamps alone: a clock that was wrong for a while must not cut a hole. An
    entry stamped before its clock was set is as old as the next one that has a time.
    """
    recent = connection.execute("SELECT seq FROM journal WHERE time_us >= ? ORDER BY seq LIMIT 1", (cutoff_us,))
    first_recent = recent.fetchone()
    end = first_recent[0] if first_recent else 2**63 - 1
    old = connection.execute(
        "SELECT seq FROM journal WHERE seq < ? AND time_us >= ? ORDER BY seq DESC LIMIT 1",
        (end, CLOCK_NOT_SET_BEFORE * 1_000_000),
    ).fetchone()
    return int(old[0]) if old else None
