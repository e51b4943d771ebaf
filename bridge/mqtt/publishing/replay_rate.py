"""The rate of journal entries (pure; seconds of the monotonic clock).

A broker acknowledges at once what it then has to pass on to each subscriber, so its acknowledgements do not
show whether those keep up: the window of unacknowledged messages cannot protect them, only the clock can.
Mosquitto has 20 messages under way to a subscriber and keeps 1000 more; beyond those it drops, also
at QoS 1. At full speed that is a few hundred milliseconds without reading; at this rate a
subscriber may pause for half a second, and one that reads at all is faster.
"""

from __future__ import annotations

BURST = 8
"""Entries sent together: about a millisecond of the loop on a small machine."""
BURST_S = 0.005
"""Time between the begins of two bursts: 1600 entries a second."""
LATE_S = 0.05
"""Limit of lost time that is caught up: 80 entries, which any subscriber's queue can take."""


class ReplayPace:
    """Limits entries to a rate; bursts begin at absolute times, so late wake-ups do not slow it down."""

    def __init__(self, *, burst: int = BURST, burst_s: float = BURST_S) -> None:
        self._burst = burst
        self._burst_s = burst_s
        self._left = 0
        self._next_at = 0.0

    def wait_s(self, at: float) -> float | None:
        """Returns the seconds to wait before the next entry, or None for no wait; 0 yields the loop for one turn.

        The call counts the entry, as published after that wait.
        """
        if self._left:
            self._left -= 1
            return None
        self._left = self._burst - 1
        due = max(self._next_at, at - LATE_S)
        self._next_at = due + self._burst_s
        return max(due - at, 0.0)
