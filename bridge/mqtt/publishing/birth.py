"""When to answer Home Assistant's birth message (`mqtt.md` 4); pure."""

from __future__ import annotations

from collections.abc import Callable

BORN = b"online"
QUIET_S = 5.0
SOONEST_S = 1.0
LATEST_S = 5.0


class Birth:
    """Home Assistant tells all at once that it has started; each answers at a moment of its own."""

    def __init__(self, *, random: Callable[[], float]) -> None:
        self._random = random
        self._last: float | None = None

    def heard(self, payload: bytes, at: float) -> float | None:
        """In how many seconds to announce everything again; None: not for this message."""
        if payload != BORN or (self._last is not None and at - self._last < QUIET_S):
            return None
        self._last = at
        return SOONEST_S + (LATEST_S - SOONEST_S) * self._random()
