"""Chatter: an input that trips more often than anybody can act on (`behaviour.md` 2)."""

from __future__ import annotations

from collections import deque

WINDOW_S = 60.0
MOST_TRIPS = 20


class Chatter:
    """Counts trips; raised by more than 20 within a minute, until a whole minute had 20 or fewer."""

    def __init__(self) -> None:
        self.raised = False
        self.due: float | None = None
        self._trips: deque[float] = deque(maxlen=MOST_TRIPS + 1)

    def tripped(self, at: float) -> None:
        """Takes the instant of a trip."""
        self.elapse(at)
        self._trips.append(at)
        if not self.raised and len(self._trips) > MOST_TRIPS and at - self._trips[0] < WINDOW_S:
            self.raised = True
            self.due = at + WINDOW_S

    def elapse(self, now: float) -> None:
        """Lowers it at the end of a whole minute with few enough trips."""
        while self.due is not None and now >= self.due:
            begin = self.due - WINDOW_S
            busy = sum(begin < trip <= self.due for trip in self._trips) > MOST_TRIPS
            self.raised, self.due = busy, (self.due + WINDOW_S if busy else None)
