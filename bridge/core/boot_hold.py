"""The boot hold: nothing begins until it is known how things stand (`behaviour.md` 2, start-up)."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.core.alarm_input import AlarmInput

LONGEST_SETTLING_S = 10.0
"""Seconds after the grace that an input which never rests can hold the others back: the longest
debounce. A line that floods must not switch the whole system off."""


class BootHold:
    """The time after the start in which inputs are read, and none alarms.

    It is over (`over`) when the stored state is known, the grace has passed, and every input has been read. An input
    that cannot be read holds the others back for `LONGEST_SETTLING_S` at most.
    """

    def __init__(self) -> None:
        self.over = False
        self._restored = False
        self._grace_ends: float | None = None

    def begin(self, now: float, grace_s: float) -> None:
        """Begins the grace of `grace_s` seconds at `now`: the lines are watched from then on."""
        self._grace_ends = now + grace_s

    def restored(self) -> None:
        """Notes that the state from before the stop is known."""
        self._restored = True

    def due(self, now: float) -> float | None:
        """Returns the instant at which the hold may end without a further fact.

        None if it is over or a fact is missing.
        """
        if self.over or not self._restored or self._grace_ends is None:
            return None
        return self._grace_ends if now < self._grace_ends else self._grace_ends + LONGEST_SETTLING_S

    def ends(self, inputs: Iterable[AlarmInput], now: float) -> bool:
        """Returns whether the hold ends in this very step; then `over` is True. False before and after."""
        if self.over or not self._restored or self._grace_ends is None or now < self._grace_ends:
            return False
        self.over = all(each.known for each in inputs) or now >= self._grace_ends + LONGEST_SETTLING_S
        return self.over
