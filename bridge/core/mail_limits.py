"""Limits of mails: one per gap an input, and thirty an hour in all (`behaviour.md` 7).

Mails by command count among the thirty, and are at most twenty of them: a script that mails in a loop
must not keep the next burglar's mail from going.
"""

from __future__ import annotations

from bridge.core.rate_limit import RateLimit

AN_HOUR_S = 3600.0
AN_HOUR_AT_MOST = 30
BY_COMMAND_AT_MOST = 20


class MailLimits:
    """Counts mails by alarms and by commands."""

    def __init__(self) -> None:
        self._by_input: dict[str, float] = {}
        self._all = RateLimit(at_most=AN_HOUR_AT_MOST, within_s=AN_HOUR_S)
        self._by_command = RateLimit(at_most=BY_COMMAND_AT_MOST, within_s=AN_HOUR_S)

    def take(self, source: str, at: float, *, min_gap_s: float) -> bool:
        """Returns whether the input `source` may send a mail at `at`, and counts the mail if so.

        False within `min_gap_s` seconds of its last mail, or with thirty mails in the hour.
        """
        last = self._by_input.get(source)  # no RateLimit: the gap is a setting, and may change between two mails
        if (last is not None and at - last < min_gap_s) or not self._all.take(at):
            return False
        self._by_input[source] = at
        return True

    def take_by_command(self, at: float) -> bool:
        """Returns whether a command may send a mail at `at`, and counts the mail if so; no gap is kept."""
        if self._by_command.is_used_up(at) or not self._all.take(at):
            return False
        self._by_command.count(at)
        return True
