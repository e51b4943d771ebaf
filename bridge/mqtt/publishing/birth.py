"""When to answer Home Assistant's birth message (`mqtt.md` 4); pure."""

from __future__ import annotations

from collections.abc import Callable

from bridge.core.rate_limit import RateLimit

BORN = b"online"
QUIET_S = 5.0
SOONEST_S = 1.0
LATEST_S = 5.0


class Birth:
    """Home Assistant tells all at once that it has started; each answers at a moment of its own."""

    def __init__(self, *, random: Callable[[], float]) -> None:
        self._random = random
        self._answers = RateLimit(at_most=1, within_s=QUIET_S)

    def heard(self, payload: bytes, at: float) -> float | None:
        """In how many seconds to announce everything again; None: not for this message."""
        if payload != BORN or not self._answers.take(at):
            return None
        return SOONEST_S + (LATEST_S - SOONEST_S) * self._random()
