"""The journal in plain words, for whoever reads the log; a flood of entries does not flood it."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bridge.core.journal import JournalEntry

log = logging.getLogger("alarm2mqtt")

BURST = 50
A_SECOND = 2.0

_WORDS = {
    "start": "started",
    "stop": "stopped; every output is idle",
    "alarm_begin": "alarm begins",
    "alarm_end": "alarm ends",
    "retrigger": "alarm again, within its quiet period",
    "resumed": "alarm goes on from before the stop",
    "output_on": "on",
    "output_off": "off",
    "cut_off": "has been on for as long as it may",
    "command": "command done",
    "refused": "command refused",
    "settings": "new settings are in force",
    "fault": "fault",
    "healed": "all right again",
    "clock": "clock",
    "snapshot": "picture",
    "email": "mail",
    "ftp": "upload",
    "clip": "clip",
    "audible": "sound",
}
_GRAVE = {"fault", "refused", "cut_off"}


def in_words(entry: JournalEntry) -> str:
    """One line: `siren: on (alarm, by garage-door)`."""
    who = entry.input or entry.output
    notes = [note for note in (entry.cause, entry.reason) if note]
    notes += [f"by {entry.by}"] if entry.by else []
    notes += [f"{entry.seconds:.1f} s"] if entry.seconds is not None else []
    notes += [note for note in (entry.error, entry.path) if note]
    words = _WORDS.get(entry.kind, entry.kind)
    return (f"{who}: " if who else "") + words + (f" ({', '.join(notes)})" if notes else "")


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

    def tell(self, entry: JournalEntry) -> None:
        """Logs it, or counts it."""
        level = logging.WARNING if entry.kind in _GRAVE else logging.INFO
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
        log.log(level, "%s", in_words(entry))
