"""Chatter: an input that trips more often than anybody can act on (`behaviour.md` 2)."""

from __future__ import annotations

from bridge.core.rate_limit import RateLimit

WINDOW_S = 60.0
MOST_TRIPS = 20


class Chatter:
    """The chatter of one input: raised (`raised`) by more than 20 trips in a minute, until a minute had 20 or fewer."""

    def __init__(self) -> None:
        self.raised = False
        self.due: float | None = None
        self._trips = RateLimit(at_most=MOST_TRIPS + 1, within_s=WINDOW_S)

    def tripped(self, at: float) -> None:
        """Counts a trip at the instant `at`, which may raise the chatter."""
        self.elapse(at)
        self._trips.count(at)
        if not self.raised and self._trips.is_used_up(at):
            self.raised = True
            self.due = at + WINDOW_S

    def elapse(self, now: float) -> None:
        """Ends the chatter if a minute since it was raised has passed with few enough trips.

        Else waits one more minute.
        """
        while self.due is not None and now >= self.due:
            self.raised = self._trips.is_used_up(self.due)
            self.due = self.due + WINDOW_S if self.raised else None
