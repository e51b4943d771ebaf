"""The pace of `<d>/status`: on change at most once a second, and every minute (`mqtt.md` 1)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

EVERY_S = 60.0
"""Sign of life."""
GAP_S = 1.0
"""Shortest time between two publishes."""


class PublishStatus(Protocol):
    """Publishes a payload; `again` also if it has not changed."""

    def __call__(self, payload: bytes, *, again: bool) -> None:
        """Publishes the payload if it differs from the last one; with `again` in any case."""


class StatusPublisher:
    """Publishes what `payload` returns; `run` lasts as long as a connection."""

    def __init__(self, *, payload: Callable[[], bytes], publish: PublishStatus) -> None:
        self._payload = payload
        self._publish = publish
        self._due = asyncio.Event()

    def changed(self) -> None:
        """Schedules a publish, since a value has changed."""
        self._due.set()

    def put(self, *, again: bool = False) -> None:
        """Publishes now; `again` also if nothing has changed."""
        self._due.clear()
        self._publish(self._payload(), again=again)

    async def run(self) -> None:
        """Publishes on change and as a sign of life, for ever."""
        clock = asyncio.get_running_loop().time
        sign_of_life_at = clock() + EVERY_S
        while True:
            await asyncio.sleep(GAP_S)
            try:
                async with asyncio.timeout_at(sign_of_life_at):
                    await self._due.wait()
            except TimeoutError:
                sign_of_life_at = clock() + EVERY_S
                self.put(again=True)
            else:
                self.put()
