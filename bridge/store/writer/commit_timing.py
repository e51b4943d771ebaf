"""When the writer commits (pure): soon enough for an alarm, seldom enough for a storm.

Seconds of the monotonic clock.
"""

from __future__ import annotations

from bridge.system.backoff import Backoff

GATHER_S = 0.010
"""So long the first of a group waits for the others of its step, and for a near broker's answer."""
INTERVAL_S = 0.040
"""Commits begin at least so far apart; with the commit itself an alarm is on the disk in 50 ms."""
LAZY_S = 1.0
"""So long a mark waits that may be lost: an entry sent twice has the same id."""
RETRIES = Backoff(first_s=1.0, longest_s=60.0)
"""After commits that failed one after the other."""


def commit_at(urgent_since: float | None, lazy_since: float | None, last_begin: float) -> float | None:
    """When the next commit should begin, or None while nothing waits.

    `urgent_since` and `lazy_since` say since when the oldest of each sort waits, `last_begin` when
    the last commit began.
    """
    wishes = []
    if urgent_since is not None:
        wishes.append(urgent_since + GATHER_S)
    if lazy_since is not None:
        wishes.append(lazy_since + LAZY_S)
    return max(min(wishes), last_begin + INTERVAL_S) if wishes else None
