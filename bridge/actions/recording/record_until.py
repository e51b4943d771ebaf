"""The end of a camera's recording, over all its inputs (pure)."""

from __future__ import annotations

import math


class RecordUntil:
    """The time for which a clip is needed: while an input is in alarm, and until the end of the longest post-roll.

    Instants are in seconds.
    """

    def __init__(self, *, post_s: float) -> None:
        self._post_s = post_s
        self._active: set[str] = set()
        self._until = -math.inf

    def begin(self, name: str) -> None:
        """Notes that an input's alarm began."""
        self._active.add(name)

    def end(self, name: str, now: float) -> None:
        """Notes that an input's alarm ended: the post-roll begins. An unknown input is ignored."""
        if name in self._active:
            self._active.remove(name)
            self.run_for(self._post_s, now)

    def run_for(self, seconds: float, now: float) -> None:
        """Extends the need to at least `seconds` from `now`, whatever the inputs do."""
        self._until = max(self._until, now + seconds)

    def is_needed(self, now: float) -> bool:
        """Returns whether a clip is needed at this instant."""
        return bool(self._active) or now < self._until

    def deadline(self, now: float) -> float | None:
        """Returns the instant at which time ends the need; None while an input is in alarm, or if there is no need."""
        return self._until if not self._active and now < self._until else None
