"""The one timer of the engine: the kernel's, or where there is none the event loop's.

epoll waits for whole milliseconds, rounded up, so that a timer of the loop is late by half of one on average.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Protocol

from bridge.system.timerfd import TimerFd

log = logging.getLogger(__name__)

Ring = Callable[[], None]


class DeadlineTimer(Protocol):
    """Calls back once at an instant of the event loop's clock.

    One that is set anew in the very turn of the loop in which it rings may ring then, too early, as well.
    """

    def set(self, at: float | None) -> None:
        """Sets the instant; None: never. The last call counts."""

    def close(self) -> None:
        """Stops the timer for good."""


class LoopTimer:
    """A timer of the running event loop."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None

    def set(self, at: float | None) -> None:
        """Sets the instant; None: never. The last call counts."""
        if self._handle is not None:
            self._handle.cancel()
        self._handle = None if at is None else self._loop.call_at(at, self._ring)

    def close(self) -> None:
        """Stops the timer for good."""
        self.set(None)


class KernelTimer:
    """A timer of the kernel; for a loop whose clock is the monotonic one.

    Raises:
        OSError: from the constructor, if the kernel has none.
    """

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._loop = asyncio.get_running_loop()
        self._timer = TimerFd(time.CLOCK_MONOTONIC)
        self._rang = False
        self._loop.add_reader(self._timer.fileno(), self._readable)

    def set(self, at: float | None) -> None:
        """Sets the instant; None: never. The last call counts."""
        self._rang = False
        self._timer.set(at)

    def close(self) -> None:
        """Stops the timer for good."""
        self._loop.remove_reader(self._timer.fileno())
        self._timer.close()

    def _readable(self) -> None:
        """Rings. Setting the timer makes it quiet; without that it would ring for ever."""
        self._rang = True
        try:
            self._ring()
        finally:
            if self._rang:
                self.set(None)


def deadline_timer(ring: Ring) -> DeadlineTimer:
    """Returns the most exact timer that there is; `ring` is called on the running loop."""
    try:
        return KernelTimer(ring)
    except OSError as error:
        log.info("the event loop's timers are used, which are up to a millisecond late: %s", error)
        return LoopTimer(ring)
