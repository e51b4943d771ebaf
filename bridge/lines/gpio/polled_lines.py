"""Inputs whose chip reports no edges: read every 25 ms, all lines of a chip in one call.

A thread for each chip reads: an expander on I²C takes a millisecond, and a bus that hangs a second or more, which may
hold up neither the loop nor another chip. The loop is called only for a level that changed. A level that
lasts less than a period may be missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bridge.core.contact import Level
from bridge.core.facts import LineChanged
from bridge.core.line_driver import Report
from bridge.errors import LineError
from bridge.lines.gpio.kernel import PolledChip, PolledLine

_log = logging.getLogger(__name__)
PERIOD_S = 0.025
_PAUSE_S = 0.005
"""Least time between two reads of a slow chip, for a request or release that waits."""


@dataclass(slots=True, kw_only=True)
class _Polled:
    """A polled line's terminal, and its last reported level with the time at which that was read."""

    terminal: str
    level: Level
    at: float


class PolledLines:
    """Polled inputs of a driver; no thread runs while there are none.

    `lose` is called on the loop with a terminal whose line is gone, and then discards the line.
    """

    def __init__(self, *, report: Report, lose: Callable[[str, LineError], None]) -> None:
        self._report = report
        self._lose = lose
        self._lines: dict[PolledLine, _Polled] = {}  # changed by the loop alone; threads look single lines up
        self._ends: dict[PolledChip, threading.Event] = {}
        self._logged: set[str] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def add(self, terminal: str, line: PolledLine, *, reason: str) -> None:
        """Reports the line's level, and reads the line from now on; `reason` is logged the first time.

        Raises:
            LineError: the line is gone.
        """
        at = time.monotonic()
        level = line.level()
        if reason not in self._logged:
            self._logged.add(reason)
            _log.info("%s: read every %g ms", reason, PERIOD_S * 1000)
        self._lines[line] = _Polled(terminal=terminal, level=level, at=at)
        self._report(LineChanged(terminal=terminal, level=level, at=at))
        self._read_chip(line.chip)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Starts to read the lines that were added, and each later one at once."""
        self._loop = loop
        for line in list(self._lines):
            self._read_chip(line.chip)

    def discard(self, line: PolledLine) -> None:
        """Ends the reads of a line, before it is released; an unknown one is ignored."""
        if self._lines.pop(line, None) is None or any(other.chip is line.chip for other in self._lines):
            return
        if (end := self._ends.pop(line.chip, None)) is not None:
            end.set()

    def _read_chip(self, chip: PolledChip) -> None:
        """Starts the thread of a chip, if the loop runs and the thread does not."""
        if self._loop is None or chip in self._ends:
            return
        end = self._ends[chip] = threading.Event()
        threading.Thread(target=self._run, args=(self._loop, chip, end), name="polled lines", daemon=True).start()

    def _run(self, loop: asyncio.AbstractEventLoop, chip: PolledChip, end: threading.Event) -> None:
        """Reads a chip every `PERIOD_S` until `end` is set or a read fails; on its thread."""
        wait_s = PERIOD_S
        with contextlib.suppress(RuntimeError):  # the loop is closed: the program has ended
            while not end.wait(wait_s):
                at = time.monotonic()
                try:
                    levels = chip.levels()
                except Exception as error:  # noqa: BLE001 - an input that nobody reads must not look like one at rest
                    loop.call_soon_threadsafe(self._gone, chip, error)
                    return
                if self._differ(levels):
                    loop.call_soon_threadsafe(self._changed, at, levels)
                wait_s = max(_PAUSE_S, at + PERIOD_S - time.monotonic())

    def _differ(self, levels: Sequence[tuple[PolledLine, Level]]) -> bool:
        """Returns whether a level is another than the last reported one; on a chip's thread."""
        read = [(self._lines.get(line), level) for line, level in levels]
        return any(known is not None and known.level is not level for known, level in read)

    def _changed(self, at: float, levels: Sequence[tuple[PolledLine, Level]]) -> None:
        """Reports the lines whose level is another; older reads than the last reported one are ignored."""
        for line, level in levels:
            known = self._lines.get(line)
            if known is not None and known.level is not level and known.at < at:
                known.level, known.at = level, at
                self._report(LineChanged(terminal=known.terminal, level=level, at=at))

    def _gone(self, chip: PolledChip, error: Exception) -> None:
        """Reports the lines of a chip as lost after a failed read."""
        for line, known in list(self._lines.items()):
            if line.chip is not chip:
                continue
            if isinstance(error, LineError):
                self._lose(known.terminal, type(error)(known.terminal, error.message))
            else:
                self._lose(known.terminal, LineError(known.terminal, f"{type(error).__name__}: {error}"))
