"""How often an action may be run by command: a loop in somebody's automation is stopped, a person never is."""

from __future__ import annotations

from collections import deque

AT_MOST = 10
WITHIN_S = 10.0
"""Ten at once are a script that asks for every input's picture; one a second for ever is a loop."""


class RateLimit:
    """Remembers when actions of each kind were run."""

    def __init__(self) -> None:
        self._ran: dict[str, deque[float]] = {}

    def take(self, kind: str, at: float) -> bool:
        """Whether one of a kind may be run now; if so, it counts. What is refused does not."""
        ran = self._ran.setdefault(kind, deque(maxlen=AT_MOST))
        if len(ran) == AT_MOST and at - ran[0] < WITHIN_S:
            return False
        ran.append(at)
        return True
