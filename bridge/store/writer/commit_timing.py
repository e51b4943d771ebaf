"""The time of the next commit (pure): soon enough for an alarm, seldom enough for a storm.

Seconds of the monotonic clock.
"""

from __future__ import annotations

from bridge.system.backoff import Backoff

GATHER_S = 0.002
"""Delay after the first change of a group, to gather the others of its step.

No longer: the processor is still awake then, and the commit costs less of its time.
"""
INTERVAL_S = 0.040
"""Shortest time between the begins of two commits; with the commit itself an alarm is on the disk in 50 ms."""
LAZY_S = 30.0
"""Delay of changes that may be lost, such as sent marks: an entry sent twice has the same id."""
RETRIES = Backoff(first_s=1.0, longest_s=60.0)
"""After commits that failed one after the other."""


def commit_at(urgent_since: float | None, lazy_since: float | None, last_begin: float) -> float | None:
    """Returns the time of the next commit, or None if there is nothing to commit.

    `urgent_since` and `lazy_since` are the times of the oldest pending change of each sort, or None; `last_begin` is
    the begin of the last commit.
    """
    times = []
    if urgent_since is not None:
        times.append(urgent_since + GATHER_S)
    if lazy_since is not None:
        times.append(lazy_since + LAZY_S)
    return max(min(times), last_begin + INTERVAL_S) if times else None
