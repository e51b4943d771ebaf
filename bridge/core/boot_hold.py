"""The boot hold: nothing begins until it is known how things stand (`behaviour.md` 2, start-up)."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.core.alarm_input import AlarmInput

LONGEST_SETTLING_S = 10.0
"""Seconds after the grace that an input which never rests can hold the others back: the longest
debounce. A line that floods must not switch the whole system off."""


class BootHold:
    """Over when the stored state is known, the grace is over, and every input has been read."""

    def __init__(self) -> None:
        self.over = False
        self._restored = False
        self._grace_ends: float | None = None

    def begin(self, now: float, grace_s: float) -> None:
        """The lines are being watched from now on."""
        self._grace_ends = now + grace_s

    def restored(self) -> None:
        """The state from before the stop is known."""
        self._restored = True

    def due(self, now: float) -> float | None:
        """Returns the instant at which it may be over without any fact; None: not without one."""
        if self.over or not self._restored or self._grace_ends is None:
            return None
        return self._grace_ends if now < self._grace_ends else self._grace_ends + LONGEST_SETTLING_S

    def ends(self, inputs: Iterable[AlarmInput], now: float) -> bool:
        """Returns whether it ends in this step."""
        if self.over or not self._restored or self._grace_ends is None or now < self._grace_ends:
            return False
        self.over = all(each.known for each in inputs) or now >= self._grace_ends + LONGEST_SETTLING_S
        return self.over
