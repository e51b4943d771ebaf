"""Until when a camera records, however many inputs want it (pure)."""

from __future__ import annotations

import math


class RecordUntil:
    """Wanted while an input is in alarm, and until the end of the longest post-roll. Instants in seconds."""

    def __init__(self, *, post_s: float) -> None:
        self._post_s = post_s
        self._active: set[str] = set()
        self._until = -math.inf

    def begin(self, name: str) -> None:
        """An input's alarm begins; without end until `end`."""
        self._active.add(name)

    def end(self, name: str, now: float) -> None:
        """An input's alarm ended: post-roll. One that had not begun changes nothing."""
        if name in self._active:
            self._active.remove(name)
            self.run_for(self._post_s, now)

    def run_for(self, seconds: float, now: float) -> None:
        """At least so long, whatever the inputs do."""
        self._until = max(self._until, now + seconds)

    def wanted(self, now: float) -> bool:
        """Whether a clip has to be written at this instant."""
        return bool(self._active) or now < self._until

    def deadline(self, now: float) -> float | None:
        """When `wanted` becomes false by itself; None: not by time, or it is false."""
        return self._until if not self._active and now < self._until else None
