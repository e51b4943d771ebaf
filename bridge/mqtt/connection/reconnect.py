"""Policy of reconnecting to the broker: the next wait and its log line (`mqtt.md` 3); pure."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto

from bridge.system.backoff import Backoff

SHORTEST_S = 1.0
LONGEST_S = 60.0
WAITS = Backoff(first_s=SHORTEST_S, longest_s=LONGEST_S, least=0.75, most=1.25)
"""A thousand bridges do not come back in one moment."""
NEAR_S = 0.7
NEAR_WAITS = Backoff(first_s=NEAR_S, longest_s=NEAR_S, least=WAITS.least, most=WAITS.most)
"""For a broker on the same machine: no other bridge connects there, so that there is no storm
to be avoided, and its users see the right state within a second of its return."""
QUICK_S = 5.0
"""A connection that is thrown out within so long of its beginning was probably taken over."""
QUICK_TWICE = 2
QUICK_THRICE = 3


class EndReason(StrEnum):
    """Reason for the end of an attempt, or of a connection."""

    UNREACHABLE = auto()
    """No connection, or one that broke."""
    REFUSED = auto()
    """Refused by the broker for another reason than those below; another attempt may help."""
    DENIED = auto()
    """Wrong password, or no right to connect."""
    TOO_NEW = auto()
    """The broker does not speak this version of MQTT, or closed without an answer."""
    TAKEN_OVER = auto()
    """Another client connected with this one's id."""
    THROWN_OUT = auto()
    """The broker closed an established connection, and gave no reason."""
    SENT_AWAY = auto()
    """The broker's administrator closed the connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """The wait before the next attempt, and the log line with its level."""

    wait_s: float
    level: int
    message: str


class Reconnect:
    """Logs the first failure of a kind as a warning, repeats as debug, the return as info.

    A wrong password waits the longest. `random` gives numbers in [0, 1).
    """

    def __init__(self, *, random: Callable[[], float]) -> None:
        self._random = random
        self._failures = 0
        self._logged: set[EndReason] = set()
        """Kinds of failures that were logged since a connection last stood."""
        self._away = False
        self._quick = 0

    def connected(self) -> str:
        """Records a connection. Returns its log line, which the caller writes at the level info."""
        back, self._away = self._away, False
        return "connected again" if back else "connected"

    def ended(
        self,
        how: EndReason,
        why: str,
        *,
        near: bool,
        after_s: float | None = None,
        may_be_a_twin: bool = False,
        gives_reasons: bool = False,
        learnt: bool = False,
    ) -> Retry:
        """Records the end of an attempt or of a connection. Returns the next wait and the log line.

        `near`: the broker is on this machine. `after_s` is the duration of the connection; None after an attempt.
        `may_be_a_twin`: nothing but another client with this client id explains the end, twice in a row, or three times
        where `gives_reasons`: that version of MQTT has a reason for it, though Mosquitto 2.0.11 does not send it.
        `learnt`: the next connection will do without the feature that ended this one.
        """
        if after_s is None and how is EndReason.UNREACHABLE:
            self._quick = 0  # a broker that is gone has not closed the connection for another client
        if after_s is not None and after_s >= QUICK_S:
            self._failures = self._quick = 0
            self._logged.clear()
        elif may_be_a_twin:
            self._quick += 1
        if learnt:
            self._failures = 0
        if self._quick >= (QUICK_THRICE if gives_reasons else QUICK_TWICE):
            either = "taken over by another client with this client id, or the broker closes all connections"
            return self._retry(EndReason.TAKEN_OVER, LONGEST_S, f"{either} ({why})")
        match how:
            case EndReason.DENIED:
                return self._retry(how, LONGEST_S, f"the broker refuses the password or the right to connect ({why})")
            case EndReason.TAKEN_OVER:
                return self._retry(how, LONGEST_S, f"taken over: another client connects with this client id ({why})")
            case EndReason.SENT_AWAY:
                return self._retry(how, LONGEST_S, why)
        self._failures += 1
        if learnt and after_s is None:
            self._logged.add(how)  # the limit itself was logged
        waits = NEAR_WAITS if near and how in (EndReason.UNREACHABLE, EndReason.THROWN_OUT) else WAITS
        return self._retry(how, waits.wait_s(self._failures, self._random()), why)

    def _retry(self, how: EndReason, wait_s: float, why: str) -> Retry:
        """Returns the wait and the line: a warning for the first failure of its kind, debug for those after it."""
        loud = how not in self._logged
        self._logged.add(how)
        self._away = True
        message = f"no connection to the broker: {why}; trying again in {max(wait_s, SHORTEST_S):.0f} s"
        return Retry(wait_s=min(wait_s, LONGEST_S), level=logging.WARNING if loud else logging.DEBUG, message=message)
