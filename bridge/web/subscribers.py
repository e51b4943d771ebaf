"""The open pages: a bounded queue of events for each, with the newest state only."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping

MOST_ENTRIES = 200
"""Limit of journal entries queued for one browser; above it the oldest are dropped, and a `gap` event is sent."""
GAP = b"event: gap\ndata: {}\n\n"


def frame(event: str, data: bytes, *, number: int | None = None) -> bytes:
    """Returns one server-sent event (WHATWG HTML, 9.2). `data` is JSON without line ends."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {event}\ndata: ".encode() + data + b"\n\n"


class Browser:
    """One open page. A newer frame about the same part replaces an older one that was not sent yet."""

    def __init__(self) -> None:
        self._news: dict[str, bytes] = {}
        self._entries: deque[bytes] = deque(maxlen=MOST_ENTRIES)
        self._missed = False
        self._woken = asyncio.Event()

    def push(self, news: Mapping[str, bytes], entries: tuple[bytes, ...]) -> None:
        """Queues frames of parts, by the part's key, and frames of journal entries, in order.

        Above `MOST_ENTRIES` the oldest entries are dropped, and a `gap` event takes their place.
        """
        self._news.update(news)
        self._missed = self._missed or len(self._entries) + len(entries) > MOST_ENTRIES
        self._entries.extend(entries)
        self._woken.set()

    async def take(self, *, within_s: float) -> bytes:
        """Returns all queued frames as soon as there are any; `b""` if none come within `within_s`."""
        try:
            async with asyncio.timeout(within_s):
                await self._woken.wait()
        except TimeoutError:
            return b""
        self._woken.clear()
        frames = [*self._news.values(), *([GAP] if self._missed else []), *self._entries]
        self._news.clear()
        self._entries.clear()
        self._missed = False
        return b"".join(frames)
