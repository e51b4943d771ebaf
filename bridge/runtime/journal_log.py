"""Journal entries in the program's log, in plain words; of a flood each sort is counted by its terminal and kind."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from bridge.core.journal import JournalEntry
from bridge.text.journal_words import log_line, summary_line, words_of

log = logging.getLogger("alarm2mqtt")

MOST_A_WINDOW = 10
"""Entries of one kind and terminal that are logged one by one."""
WINDOW_S = 60.0


@dataclass(slots=True)
class _Window:
    begin: float
    logged: int = 0
    left_out: int = 0


class JournalLog:
    """Logs journal entries, at most `MOST_A_WINDOW` of one kind and terminal in `WINDOW_S`; further ones are counted.

    Warnings have no limit: a fault must not be lost among the alarms of a contact that chatters. The line with the
    count follows with the next entry after the window, or before the program's end.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._windows: dict[tuple[str, str | None], _Window] = {}

    def write(self, entry: JournalEntry) -> None:
        """Logs an entry, or only counts it if its kind and terminal have reached the limit."""
        is_warning = words_of(entry.kind).warning
        level = logging.WARNING if is_warning else logging.INFO
        if not log.isEnabledFor(level):
            return
        now = self._monotonic()
        self._close_windows(None if entry.kind == "stop" else now - WINDOW_S)
        if is_warning or self._has_room(entry, now):
            log.log(level, "%s", log_line(entry))

    def _has_room(self, entry: JournalEntry, now: float) -> bool:
        """Returns whether one more entry of this kind and terminal is logged; counts it either way."""
        key = (entry.kind, entry.input or entry.output)
        window = self._windows.setdefault(key, _Window(begin=now))
        if window.logged < MOST_A_WINDOW:
            window.logged += 1
            return True
        window.left_out += 1
        return False

    def _close_windows(self, begun_until: float | None) -> None:
        """Ends the windows that began at or before `begun_until` (None: all), and logs the count that each left out."""
        for key, window in list(self._windows.items()):
            if begun_until is None or window.begin <= begun_until:
                del self._windows[key]
                if window.left_out:
                    log.info("%s", summary_line(*key, count=window.left_out))
