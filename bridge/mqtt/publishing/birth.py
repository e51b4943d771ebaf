"""The delay of the answer to Home Assistant's birth message (`mqtt.md` 4); pure."""

from __future__ import annotations

from collections.abc import Callable

from bridge.core.rate_limit import RateLimit

BORN = b"online"
QUIET_S = 5.0
SOONEST_S = 1.0
LATEST_S = 5.0


class Birth:
    """Spreads the answers to Home Assistant's birth message, which every device receives at once, by random delays."""

    def __init__(self, *, random: Callable[[], float]) -> None:
        self._random = random
        self._answers = RateLimit(at_most=1, within_s=QUIET_S)

    def heard(self, payload: bytes, at: float) -> float | None:
        """Returns the seconds to wait before everything is announced again; None if this message needs no answer.

        That is another payload than `online`, or one within `QUIET_S` of the last that was answered.
        """
        if payload != BORN or not self._answers.take(at):
            return None
        return SOONEST_S + (LATEST_S - SOONEST_S) * self._random()
