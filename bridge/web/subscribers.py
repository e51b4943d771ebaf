"""Open pages: what each has yet to be sent, bounded, and newest state only."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping

MOST_ENTRIES = 200
"""Journal entries that may wait for one browser; beyond them it is told that it missed some."""
GAP = b"event: gap\ndata: {}\n\n"


def frame(event: str, data: bytes, *, number: int | None = None) -> bytes:
    """One server-sent event (WHATWG HTML, 9.2); JSON has no line ends of its own."""
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {event}\ndata: ".encode() + data + b"\n\n"


class Browser:
    """One open page. What concerns the same thing replaces what was not sent yet."""

    def __init__(self) -> None:
        self._news: dict[str, bytes] = {}
        self._entries: deque[bytes] = deque(maxlen=MOST_ENTRIES)
        self._missed = False
        self._woken = asyncio.Event()

    def tell(self, news: Mapping[str, bytes], entries: tuple[bytes, ...]) -> None:
        """Frames to send, by what they are about, and entries of the journal in order."""
        self._news.update(news)
        self._missed = self._missed or len(self._entries) + len(entries) > MOST_ENTRIES
        self._entries.extend(entries)
        self._woken.set()

    async def take(self, *, within_s: float) -> bytes:
        """All that waits, as soon as there is something; nothing when there is none for so long."""
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
