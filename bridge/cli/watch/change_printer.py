"""`watch --plain`: one line for each part of the device as it is, then one line for each change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bridge.cli.watch.change_text import (
    armed_line,
    bridge_line,
    broker_line,
    entry_line,
    gone_line,
    input_line,
    output_line,
)
from bridge.cli.watch.device_mirror import DeviceMirror
from bridge.mqtt.messages import Incoming
from bridge.mqtt.publishing.throttled_topics import LAG_S

TOGETHER_S = LAG_S + 0.1
"""Delay before a change is printed. Attributes are published later than states; by then all of them have arrived."""


class PlainLines:
    """Calls `show` with each new line. A part whose text has not changed is not printed again."""

    def __init__(self, mirror: DeviceMirror, *, show: Callable[[str], None], now: Callable[[], datetime]) -> None:
        self._mirror = mirror
        self._show = show
        self._now = now
        self._touched: dict[tuple[str, str], None] = {}
        self._printed: dict[tuple[str, str], str] = {}
        self._timer: asyncio.TimerHandle | None = None

    def receive(self, message: Incoming) -> None:
        """Handles a message from the broker.

        The line of the changed part follows after `TOGETHER_S`, a journal entry's at once.
        """
        part = self._mirror.take(message)
        if part[0] == "journal":
            self._show(entry_line(self._mirror.entries[-1], self._now()))
        elif part[0]:
            self._touched[part] = None
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(TOGETHER_S, self._flush)

    def link(self, problem: str | None) -> None:
        """Shows the state of the connection: up for None, else failed for the reason `problem`."""
        self._mirror.link(problem)
        self._print(("broker", ""), broker_line(problem, self._now()))

    def _flush(self) -> None:
        self._timer = None
        touched, self._touched = self._touched, {}
        for part in touched:
            line = self._line(*part)
            if line is not None:
                self._print(part, line)

    def _line(self, kind: str, part: str) -> str | None:
        """Returns the line of a part's present state, or that it was removed; None if there is nothing to show."""
        now, mirror = self._now(), self._mirror
        if kind == "bridge":
            return bridge_line(mirror.online, now)
        if kind == "armed":
            return armed_line(mirror.armed, now)
        if kind == "input" and (seen := mirror.input(part)) is not None:
            return input_line(seen, now, mirror.kind_of_line(part))
        if kind == "output" and (found := mirror.output(part)) is not None:
            return output_line(found, now, mirror.kind_of_line(part))
        return gone_line(kind, part, now) if (kind, part) in self._printed and not mirror.knows(kind, part) else None

    def _print(self, part: tuple[str, str], line: str) -> None:
        """Shows a part's line, unless all but its time is the same as before."""
        _, _, words = line.partition(" ")
        if self._printed.get(part) != words:
            self._printed[part] = words
            self._show(line)
