"""How many mails may go: one per gap an input, and thirty an hour (`behaviour.md` 7).

Mails by command count among the thirty, and are at most twenty of them: whoever mails in a loop
must not be able to keep the next burglar's mail from going.
"""

from __future__ import annotations

from collections import deque

AN_HOUR_S = 3600.0
AN_HOUR_AT_MOST = 30
BY_COMMAND_AT_MOST = 20


class MailLimits:
    """Remembers when mails went out; asked, and told, at each alarm or command that would send one."""

    def __init__(self) -> None:
        self._by_input: dict[str, float] = {}
        self._all: deque[float] = deque(maxlen=AN_HOUR_AT_MOST)
        self._by_command: deque[float] = deque(maxlen=BY_COMMAND_AT_MOST)

    def take(self, source: str, at: float, *, min_gap_s: float) -> bool:
        """Whether an input may send a mail now; if so, it counts as sent."""
        last = self._by_input.get(source)
        if last is not None and at - last < min_gap_s:
            return False
        if _used_up(self._all, at):
            return False
        self._by_input[source] = at
        self._all.append(at)
        return True

    def take_by_command(self, at: float) -> bool:
        """Whether a mail may go by command now; if so, it counts as sent. No gap is kept."""
        if _used_up(self._all, at) or _used_up(self._by_command, at):
            return False
        self._all.append(at)
        self._by_command.append(at)
        return True


def _used_up(sent: deque[float], at: float) -> bool:
    return len(sent) == sent.maxlen and at - sent[0] < AN_HOUR_S
