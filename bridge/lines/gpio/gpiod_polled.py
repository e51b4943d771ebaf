"""Lines of a chip without an interrupt, requested and read together: an expander answers for all in one transfer."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

import gpiod
from gpiod.line import Value

from bridge.core.contact import Level
from bridge.lines.gpio.gpiod_errors import LIBRARY_ERRORS, line_errors
from bridge.lines.gpio.kernel import Home
from bridge.lines.gpio.line_lookup import FoundLine

CONSUMER = "alarm2mqtt (polled)"
"""Name of the holder, which `alarm2mqtt lines` and gpioinfo show."""
_LEVEL = {Value.ACTIVE: Level.HIGH, Value.INACTIVE: Level.LOW}
_Configs = dict[Iterable[int | str] | int | str, gpiod.LineSettings | None]


class OpenRequest(Protocol):
    """The part of a `gpiod.LineRequest` in use here."""

    def get_values(self, lines: list[int]) -> list[Value]:
        """Returns the values of lines. Raises the library's errors."""

    def release(self) -> None:
        """Releases all lines of the request."""


class OpenChip(Protocol):
    """The part of a `gpiod.Chip` in use here."""

    def request_lines(self, config: _Configs, consumer: str) -> OpenRequest:
        """Requests lines together. Raises the library's errors."""

    def close(self) -> None:
        """Closes the chip."""


class GpiodPolledLine:
    """A polled line: one of the offsets that its chip has requested."""

    def __init__(self, *, terminal: str, chip: GpiodPolledChip, found: FoundLine, config: gpiod.LineSettings) -> None:
        self.terminal = terminal
        self.chip = chip
        self.offset = found.offset
        self.home: Home = found.home
        self.config = config
        self.place = f"line {found.offset} of {found.chip}"

    def level(self) -> Level:
        """Returns the present level. Raises LineError."""
        return self.chip.level(self)

    def release(self) -> None:
        """Releases the line, also when it is gone already."""
        self.chip.leave(self)


class GpiodPolledChip:
    """One request for all polled lines of a chip, made anew when a line joins or leaves.

    The kernel cannot add a line to a request, so all are released for an instant. Inputs keep their settings
    meanwhile. Should another program take one of them at that instant, all are lost and requested anew by the
    retries, of which only that line's fails.

    The chip stays open, so a new chip under the old number is never mistaken for it. The lock is for the library,
    whose requests may not be released while they are read.
    """

    def __init__(self, chip: OpenChip, *, name: str) -> None:
        self._chip = chip
        self._name = name
        self._lines: dict[int, GpiodPolledLine] = {}
        self._request: OpenRequest | None = None
        self._lock = threading.Lock()
        self.closed = False
        """True after the last line left, or a read failed: lines then join another object."""

    def join(self, terminal: str, found: FoundLine, config: gpiod.LineSettings) -> GpiodPolledLine:
        """Requests a line beside those held. Returns it.

        Raises the library's error if it is refused; the others are then held as before.
        """
        line = GpiodPolledLine(terminal=terminal, chip=self, found=found, config=config)
        with self._lock:
            others = dict(self._lines)
            try:
                self._hold({**others, line.offset: line})
            except LIBRARY_ERRORS:
                self._hold_or_close(others)
                raise
        return line

    def leave(self, line: GpiodPolledLine) -> None:
        """Releases a line. The others stay; should they be refused now, the next read reports them as gone."""
        with self._lock:
            if self._lines.get(line.offset) is not line:
                return
            others = {offset: other for offset, other in self._lines.items() if other is not line}
            if self.closed:
                self._lines = others
            else:
                self._hold_or_close(others)

    def level(self, line: GpiodPolledLine) -> Level:
        """Returns a line's present level. Raises LineError."""
        with self._lock, line_errors(line.terminal, line.place):
            return _LEVEL[self._values([line.offset])[0]]

    def levels(self) -> list[tuple[GpiodPolledLine, Level]]:
        """Returns all lines with their levels, read in one call. Raises LineError, and then releases them."""
        with self._lock, line_errors(self._name, self._name):
            if not self._lines:
                return []
            lines = dict(self._lines)
            try:
                values = self._values(list(lines))
            except LIBRARY_ERRORS:
                self._close()
                raise
        return [(line, _LEVEL[value]) for line, value in zip(lines.values(), values, strict=True)]

    def _values(self, offsets: list[int]) -> list[Value]:
        """Returns the values of lines. Raises the library's errors."""
        if self._request is None:
            raise gpiod.RequestReleasedError
        return self._request.get_values(offsets)

    def _hold_or_close(self, lines: dict[int, GpiodPolledLine]) -> None:
        """Requests exactly these lines; closes the chip if there are none, or they are refused."""
        self._lines = lines
        if not lines:
            self._close()
            return
        try:
            self._hold(lines)
        except LIBRARY_ERRORS:
            self._close()

    def _hold(self, lines: dict[int, GpiodPolledLine]) -> None:
        """Requests exactly these lines in place of those held. Raises the library's error, with none held."""
        self._release()
        configs: _Configs = {offset: line.config for offset, line in lines.items()}
        self._request = self._chip.request_lines(configs, consumer=CONSUMER)
        self._lines = lines

    def _close(self) -> None:
        """Releases the lines and closes the chip."""
        self.closed = True
        self._release()
        with suppress(*LIBRARY_ERRORS):
            self._chip.close()

    def _release(self) -> None:
        """Releases the request, also one whose chip is gone."""
        request, self._request = self._request, None
        if request is not None:
            with suppress(*LIBRARY_ERRORS):
                request.release()
