"""A schedule as something that is open or closed now, and wakes its owner when that changes."""

from __future__ import annotations

from datetime import UTC, datetime

from bridge.core.facts import Now
from bridge.core.schedule import Schedule, is_open, next_change

SHORTEST_S = 0.001
LONGEST_S = 3600.0
"""So long an answer is trusted: a wall clock that is slewed (at most 500 ppm, adjtimex(2)) makes the next
change no more than 2 s late."""


class ScheduleGate:
    """Follows one schedule; evaluates it again only when its answer may have changed.

    While the clock is not set, a schedule with periods counts as `open_unset` (`behaviour.md` 3); always and never keep
    their meaning.
    """

    def __init__(self, schedule: Schedule, *, open_unset: bool) -> None:
        self.schedule = schedule
        self._open_unset = open_unset
        self._asked = False
        self.open = False
        self.changes_at: datetime | None = None
        """In UTC; None when it has no end in sight."""
        self.changes: float | None = None
        """The same on the monotonic clock, by the wall clock of the last update."""
        self.due: float | None = None
        """The instant of the next update, at the latest; None: no update is needed."""

    def follow(self, schedule: Schedule) -> None:
        """Follows another schedule from the next update on."""
        if schedule != self.schedule:
            self.schedule = schedule
            self.invalidate()

    def invalidate(self) -> None:
        """Makes the next `update` evaluate the schedule: the clock was stepped, set or unset."""
        self._asked = False

    def update(self, now: Now, *, clock_set: bool) -> bool:
        """Evaluates the schedule if its answer may have changed. Returns whether it opened or closed in this call.

        Without `clock_set` a schedule with periods counts as `open_unset`.
        """
        if self._asked and (self.due is None or now.monotonic < self.due):
            return False
        self._asked = True
        was, self.changes_at, self.changes, self.due = self.open, None, None, None
        if not clock_set and self.schedule.has_periods:
            self.open = self._open_unset
            return self.open != was
        self.open = is_open(self.schedule, now.local)
        if self.schedule.has_periods:
            self.due = now.monotonic + LONGEST_S
            self.changes_at = next_change(self.schedule, now.local)
            if self.changes_at is not None:
                ahead_s = (self.changes_at - now.local.astimezone(UTC)).total_seconds()
                self.changes = now.monotonic + max(ahead_s, SHORTEST_S)
                self.due = min(self.due, self.changes)
        return self.open != was
