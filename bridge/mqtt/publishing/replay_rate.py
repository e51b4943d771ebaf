"""The rate of journal entries (pure; seconds of the monotonic clock).

A broker acknowledges at once what it then has to pass on to each subscriber, so its acknowledgements do not
show whether those keep up: the window of unacknowledged messages cannot protect them, only the clock can.
Mosquitto has 20 messages under way to a subscriber and keeps 1000 more; beyond those it drops, also
at QoS 1. At full speed that is a few hundred milliseconds without reading; at this rate a
subscriber may pause for half a second, and one that reads at all is faster.

Some brokers take less: AWS IoT Core 100 messages a second of a connection. Which limit it is no packet says, so the
rate is found: far slower after trouble, then faster step by step, and for a while not as fast as what failed.
"""

from __future__ import annotations

BURST = 8
"""Entries sent together: about a millisecond of the loop on a small machine."""
BURST_S = 0.005
"""Time between the begins of two bursts: 1600 entries a second."""
LATE_S = 0.05
"""Limit of lost time that is caught up: 80 entries, which any subscriber's queue can take."""
SLOW = 32
"""Part of the full rate after the first trouble: 50 entries a second, one at a time."""
SLOWER = 4
"""Factor after trouble at that rate."""
SLOWEST = 256
"""Bound: six entries a second."""
STEP_S = 30.0
"""Time at a rate without trouble before the rate is doubled."""
REMEMBERED_S = 3600.0
"""Time for which a rate that failed is not tried again; doubled each time, up to a day."""
LONGEST_S = 24 * 3600.0


class ReplayPace:
    """Limits entries to a rate; bursts begin at absolute times, so late wake-ups do not slow it down."""

    def __init__(self, *, burst: int = BURST, burst_s: float = BURST_S) -> None:
        self._burst = burst
        self._entry_s = burst_s / burst
        self._left = 0
        self._next_at = 0.0
        self._divisor = 1
        """The rate is the full one divided by this."""
        self._least_divisor = 1
        """Least divisor, at some distance from a rate that failed; in force until `_remembered_until`."""
        self._remembered_s = REMEMBERED_S
        self._remembered_until = 0.0
        self._since = 0.0

    def slower(self, at: float) -> None:
        """Records trouble: the broker ended the connection, or lost or refused an entry."""
        if at < self._remembered_until:
            self._remembered_s = min(2 * self._remembered_s, LONGEST_S)
        self._least_divisor = min(2 * self._divisor, SLOWEST)
        self._remembered_until = at + self._remembered_s
        self._divisor = SLOW if self._divisor < SLOW else min(SLOWER * self._divisor, SLOWEST)
        self._since = at
        self._left = 0
        self._next_at = at + self._entry_s * self._divisor

    def wait_s(self, at: float) -> float | None:
        """Returns the seconds to wait before the next entry, or None for no wait; 0 yields the loop for one turn.

        The call counts the entry, as published after that wait.
        """
        if self._left:
            self._left -= 1
            return None
        self._faster(at)
        burst = max(self._burst // self._divisor, 1)
        self._left = burst - 1
        due = max(self._next_at, at - LATE_S)
        self._next_at = due + burst * self._entry_s * self._divisor
        return max(due - at, 0.0)

    def _faster(self, at: float) -> None:
        """Doubles the rate after a while without trouble, up to half of what failed."""
        least = self._least_divisor if at < self._remembered_until else 1
        if self._divisor > least and at - self._since >= STEP_S:
            self._divisor //= 2
            self._since = at
