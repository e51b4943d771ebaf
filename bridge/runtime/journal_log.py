"""Journal entries in the program's log, in plain words; a flood of entries is limited and counted."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bridge.core.journal import JournalEntry
from bridge.text.journal_words import log_line, words_of

log = logging.getLogger("alarm2mqtt")

BURST = 50
A_SECOND = 2.0


class JournalLog:
    """Logs entries: at most `BURST` at once and `A_SECOND` in the long run; the others are counted.

    A token bucket, and not `core/rate_limit.py`: in a flood its sliding window would log `BURST` entries,
    then nothing for as long as `BURST` take at `A_SECOND`, and so on. This goes on with `A_SECOND`.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._may = float(BURST)
        self._at = monotonic()
        self._left_out = 0

    def write(self, entry: JournalEntry) -> None:
        """Logs an entry, or counts it when the limit is reached."""
        level = logging.WARNING if words_of(entry.kind).warning else logging.INFO
        if not log.isEnabledFor(level):
            return
        now = self._monotonic()
        self._may, self._at = min(BURST, self._may + (now - self._at) * A_SECOND), now
        if self._may < 1:
            self._left_out += 1
            return
        self._may -= 1
        if self._left_out:
            log.info("and %d more, all of them in the journal", self._left_out)
            self._left_out = 0
        log.log(level, "%s", log_line(entry))
