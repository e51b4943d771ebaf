"""Whether the other side is still there; pure (`mqtt.md` 3: noticed within 1.5 keepalives)."""

from __future__ import annotations

from enum import Enum, auto

PING_AFTER = 0.75
DEAD_AFTER = 1.25
"""Of a keepalive, both since the last sign of life."""


class Check(Enum):
    """What to do now."""

    NOTHING = auto()
    PING = auto()
    GIVE_UP = auto()


class Keepalive:
    """Pings a silent broker once and gives up when that is not answered; `at` is monotonic seconds.

    A ping goes out as well when nothing was sent for so long, which is what the broker counts.
    """

    def __init__(self, *, keepalive_s: float, at: float) -> None:
        self._keepalive_s = keepalive_s
        self._heard = at
        self._sent = at
        self._pinged: float | None = None

    def heard(self, at: float) -> None:
        """Something came from the broker."""
        self._heard = at
        self._pinged = None

    def sent(self, at: float) -> None:
        """Something was sent."""
        self._sent = at

    def check(self, at: float) -> Check:
        """To be asked at `next_check`, or whenever; a ping that it asks for counts as sent."""
        waits = DEAD_AFTER - PING_AFTER
        if self._pinged is not None:
            # Counted from the ping: a process that was stopped for a while has not heard anything either.
            return Check.GIVE_UP if at - self._pinged >= waits * self._keepalive_s else Check.NOTHING
        if at - min(self._heard, self._sent) >= PING_AFTER * self._keepalive_s:
            self._pinged = at
            self._sent = at
            return Check.PING
        return Check.NOTHING

    def next_check(self) -> float:
        """When to ask again."""
        if self._pinged is not None:
            return self._pinged + (DEAD_AFTER - PING_AFTER) * self._keepalive_s
        return min(self._heard, self._sent) + PING_AFTER * self._keepalive_s
