"""Detects a dead broker within 1.5 keepalives (`mqtt.md` 3); pure."""

from __future__ import annotations

from enum import Enum, auto

PING_AFTER = 0.75
DEAD_AFTER = 1.25
"""Parts of a keepalive since the last packet of the broker."""


class Check(Enum):
    """Result of a check."""

    NOTHING = auto()
    PING = auto()
    GIVE_UP = auto()


class Keepalive:
    """Pings a silent broker once, and gives up when the ping is not answered; `at` is monotonic seconds.

    A ping is due as well when nothing was sent for that long, since the broker counts what it receives.
    """

    def __init__(self, *, keepalive_s: float, at: float) -> None:
        self._keepalive_s = keepalive_s
        self._heard = at
        self._sent = at
        self._pinged: float | None = None

    def heard(self, at: float) -> None:
        """Records that bytes came from the broker."""
        self._heard = at
        self._pinged = None

    def sent(self, at: float) -> None:
        """Records that bytes were sent to the broker."""
        self._sent = at

    def check(self, at: float) -> Check:
        """Returns the action that is due, NOTHING if there is none; a PING counts as sent by this call.

        The caller calls at `next_check`, and may call at any other time.
        """
        waits = DEAD_AFTER - PING_AFTER
        if self._pinged is not None:
            # Counted from the ping: a process that was stopped for a while has read nothing meanwhile either.
            return Check.GIVE_UP if at - self._pinged >= waits * self._keepalive_s else Check.NOTHING
        if at - min(self._heard, self._sent) >= PING_AFTER * self._keepalive_s:
            self._pinged = at
            self._sent = at
            return Check.PING
        return Check.NOTHING

    def next_check(self) -> float:
        """Returns the monotonic second at which `check` may next have something to do."""
        if self._pinged is not None:
            return self._pinged + (DEAD_AFTER - PING_AFTER) * self._keepalive_s
        return min(self._heard, self._sent) + PING_AFTER * self._keepalive_s
