"""At most N in T seconds: the one sliding window, alone or one for each key; time is an argument."""

from __future__ import annotations

from collections import deque


class RateLimit:
    """Counts events in a sliding window: at most `at_most` in any `within_s` seconds.

    Instants are monotonic seconds and never go back. An event leaves the window `within_s` after it
    happened, to the instant.
    """

    def __init__(self, *, at_most: int, within_s: float) -> None:
        self._within_s = within_s
        self._counted: deque[float] = deque(maxlen=at_most)

    def is_used_up(self, at: float) -> bool:
        """Returns whether at least `at_most` events are in the window that ends at `at`."""
        return len(self._counted) == self._counted.maxlen and at - self._counted[0] < self._within_s

    def count(self, at: float) -> None:
        """Counts an event, also one above the limit."""
        self._counted.append(at)

    def take(self, at: float) -> bool:
        """Returns whether the limit allows an event at `at`, and counts the event if so."""
        if self.is_used_up(at):
            return False
        self.count(at)
        return True


class RateLimits:
    """One `RateLimit` for each key. Keys are never dropped: they come from the settings or from the code."""

    def __init__(self, *, at_most: int, within_s: float) -> None:
        self._at_most = at_most
        self._within_s = within_s
        self._by_key: dict[str, RateLimit] = {}

    def take(self, key: str, at: float) -> bool:
        """Returns whether the limit of `key` allows an event at `at`, and counts the event if so."""
        if key not in self._by_key:
            self._by_key[key] = RateLimit(at_most=self._at_most, within_s=self._within_s)
        return self._by_key[key].take(at)
