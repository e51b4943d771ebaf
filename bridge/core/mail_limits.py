"""How many mails alarms may send: one per gap an input, and thirty an hour (`behaviour.md` 7)."""

from __future__ import annotations

from collections import deque

AN_HOUR_S = 3600.0
AN_HOUR_AT_MOST = 30


class MailLimits:
    """Remembers when mails went out; asked, and told, at each alarm that would send one."""

    def __init__(self) -> None:
        self._by_input: dict[str, float] = {}
        self._all: deque[float] = deque(maxlen=AN_HOUR_AT_MOST)

    def take(self, source: str, at: float, *, min_gap_s: float) -> bool:
        """Whether an input may send a mail now; if so, it counts as sent."""
        last = self._by_input.get(source)
        if last is not None and at - last < min_gap_s:
            return False
        if len(self._all) == AN_HOUR_AT_MOST and at - self._all[0] < AN_HOUR_S:
            return False
        self._by_input[source] = at
        self._all.append(at)
        return True
