"""An event loop whose clock jumps: hours of waiting pass at once, in their order."""

from __future__ import annotations

import asyncio
import selectors


class _Selector(selectors.DefaultSelector):
    """Where the real one would sleep, time goes on by itself; for threads alone it really waits."""

    slept_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(None if timeout is None else 0)
        if not ready and timeout:
            self.slept_s += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """Begins at an hour, so that instants before it are positive too."""

    def __init__(self) -> None:
        self._sleeps = _Selector()
        super().__init__(self._sleeps)

    def time(self) -> float:
        return 3600.0 + self._sleeps.slept_s
