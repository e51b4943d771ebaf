"""Reloads of the settings file that a signal asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable


class Reloads:
    """Requests, and the task that carries them out by `reload`: as a whole or not at all."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Requests a reload. A request during a reload causes one more after it."""
        self._asked.set()

    async def run(self, reload: Callable[[], Awaitable[None]]) -> None:
        """Reloads at each request, for ever."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            await reload()
