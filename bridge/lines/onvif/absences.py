"""The `camera_lost` lines of one camera: connected once nothing of it has answered for their time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from bridge.lines.onvif.messages import CameraLine, ContactSeen, Report
from bridge.lines.onvif.presence import anything_answers

CHECK_S: Final = 1.0
STANDS_S: Final = 4.0
"""So long an answer on the subscription spares the camera another question."""


class Absences:
    """Asks the camera's `addresses` while there is a line, and reports each line's contact.

    At first nothing is known, until the camera answers or a line's time is over.
    """

    def __init__(self, addresses: Sequence[str], *, report: Callable[[Report], None]) -> None:
        self._addresses = addresses
        self._report = report
        self._lines: tuple[CameraLine, ...] = ()
        self._last: dict[str, bool | None] = {}
        self._answered_at = float("-inf")

    def follow(self, lines: Iterable[CameraLine]) -> None:
        """Replaces the lines; those of other kinds are passed over."""
        before, self._lines = self._lines, tuple(each for each in lines if each.after_s is not None)
        self._last = {each.terminal: self._last.get(each.terminal) for each in self._lines if each in before}

    def answered(self) -> None:
        """The camera answered just now, on its subscription."""
        self._answered_at = asyncio.get_running_loop().time()

    def failed(self) -> None:
        """The subscription failed: the camera is asked at once."""
        self._answered_at = float("-inf")

    async def run(self) -> None:
        """Asks and reports for ever."""
        silent_since: float | None = None
        while True:
            if self._lines:
                begun = asyncio.get_running_loop().time()
                is_there = begun - self._answered_at < STANDS_S or await anything_answers(self._addresses)
                silent_since = None if is_there else begun if silent_since is None else silent_since
                self._report_lines(silent_since)
            await asyncio.sleep(CHECK_S)

    def _report_lines(self, silent_since: float | None) -> None:
        now = asyncio.get_running_loop().time()
        for line in self._lines:
            is_lost = silent_since is not None and now >= silent_since + (line.after_s or 0)
            before = self._last.get(line.terminal)
            if is_lost == before or (before is None and silent_since is not None and not is_lost):
                continue
            self._last[line.terminal] = is_lost
            contact = "connected" if is_lost else "disconnected"
            self._report(ContactSeen(terminal=line.terminal, contact=contact, is_event=before is not None))
