"""`watch` as plain lines: what is, once all of it has come, and then each change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from bridge.cli.watch.change_text import bridge_line, broker_line, entry_line, gone_line, input_line, output_line
from bridge.cli.watch.device_mirror import DeviceMirror
from bridge.mqtt.messages import Incoming
from bridge.mqtt.publishing.throttled_topics import LAG_S

TOGETHER_S = LAG_S + 0.1
"""Attributes lag behind states; so long after the first message of a change, all of them are there."""


class PlainLines:
    """Gives lines to `show`; a part of which nothing new can be said is not told again."""

    def __init__(self, picture: DeviceMirror, *, show: Callable[[str], None], now: Callable[[], datetime]) -> None:
        self._picture = picture
        self._show = show
        self._now = now
        self._touched: dict[tuple[str, str], None] = {}
        self._said: dict[tuple[str, str], str] = {}
        self._timer: asyncio.TimerHandle | None = None

    def receive(self, message: Incoming) -> None:
        """A message from the broker."""
        part = self._picture.take(message)
        if part[0] == "journal":
            self._show(entry_line(self._picture.entries[-1], self._now()))
        elif part[0]:
            self._touched[part] = None
            if self._timer is None:
                self._timer = asyncio.get_running_loop().call_later(TOGETHER_S, self._flush)

    def link(self, problem: str | None) -> None:
        """There is a connection, or why there is none."""
        self._picture.link(problem)
        self._tell(("broker", ""), broker_line(problem, self._now()))

    def _flush(self) -> None:
        self._timer = None
        touched, self._touched = self._touched, {}
        for part in touched:
            line = self._line(*part)
            if line is not None:
                self._tell(part, line)

    def _line(self, kind: str, part: str) -> str | None:
        now, picture = self._now(), self._picture
        if kind == "bridge":
            return bridge_line(picture.online, now)
        if kind == "input" and (seen := picture.input(part)) is not None:
            return input_line(seen, now)
        if kind == "output" and (found := picture.output(part)) is not None:
            return output_line(found, now)
        return gone_line(kind, part, now) if (kind, part) in self._said and not picture.knows(kind, part) else None

    def _tell(self, part: tuple[str, str], line: str) -> None:
        _, _, words = line.partition(" ")
        if self._said.get(part) != words:
            self._said[part] = words
            self._show(line)
