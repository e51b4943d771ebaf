"""How fast journal entries follow one another (pure; seconds of the monotonic clock).

A broker acknowledges at once what it then has to hand to each subscriber, so its answers say nothing
of how those keep up: the window of unacknowledged messages cannot protect them, only the clock can.
Mosquitto has 20 messages under way to a subscriber and keeps 1000 more; beyond those it drops, also
at QoS 1. At full speed that is a few hundred milliseconds of anybody's inattention; at this pace a
subscriber may look away for half a second, and one that reads at all is faster.
"""

from __future__ import annotations

BURST = 8
"""Entries that go out together: about a millisecond of the loop on a small machine."""
BURST_S = 0.005
"""From one burst to the next: 1600 entries a second."""
LATE_S = 0.05
"""So much lost time is made up for: 80 entries, which any subscriber's queue takes."""


class ReplayPace:
    """Counts entries out; bursts are at absolute times, so that waiting late does not slow it down."""

    def __init__(self, *, burst: int = BURST, burst_s: float = BURST_S) -> None:
        self._burst = burst
        self._burst_s = burst_s
        self._left = 0
        self._next_at = 0.0

    def wait_s(self, at: float) -> float | None:
        """How long the next entry has to wait; None: not at all. 0 lets others have the loop for a turn.

        The entry counts as gone, after that wait.
        """
        if self._left:
            self._left -= 1
            return None
        self._left = self._burst - 1
        due = max(self._next_at, at - LATE_S)
        self._next_at = due + self._burst_s
        return max(due - at, 0.0)
