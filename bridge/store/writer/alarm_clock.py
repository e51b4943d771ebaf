"""The writer's sleep until an instant that other threads may move: no thread is woken to learn when to wake.

Of the kernel, where it has timers as files: setting one costs the event loop's thread a system call, and the
writer sleeps through it.
"""

from __future__ import annotations

import threading
import time
from typing import Protocol

from bridge.system.timerfd import TimerFd


class AlarmClock(Protocol):
    """Seconds are those of the monotonic clock."""

    def set(self, at: float | None) -> None:
        """Sets the instant; None: never. The last call counts. On any thread."""

    def wait(self) -> None:
        """Blocks until the instant has come. An instant is slept through once."""

    def close(self) -> None:
        """Ends its use; nobody waits any more."""


class KernelAlarmClock:
    """A timer of the kernel.

    Raises:
        OSError: from the constructor, if the kernel has none.
    """

    def __init__(self) -> None:
        self._timer = TimerFd(time.CLOCK_MONOTONIC, blocks=True)

    def set(self, at: float | None) -> None:
        """Sets the instant; None: never. The last call counts. On any thread."""
        self._timer.set(at)

    def wait(self) -> None:
        """Blocks until the instant has come. An instant is slept through once."""
        self._timer.read()

    def close(self) -> None:
        """Ends its use; nobody waits any more."""
        self._timer.close()


class ThreadAlarmClock:
    """A condition: each `set` wakes the thread that waits, which sleeps on."""

    def __init__(self) -> None:
        self._moved = threading.Condition()
        self._at: float | None = None

    def set(self, at: float | None) -> None:
        """Sets the instant; None: never. The last call counts. On any thread."""
        with self._moved:
            self._at = at
            self._moved.notify_all()

    def wait(self) -> None:
        """Blocks until the instant has come. An instant is slept through once."""
        with self._moved:
            while self._at is None or self._at > time.monotonic():
                self._moved.wait(None if self._at is None else self._at - time.monotonic())
            self._at = None

    def close(self) -> None:
        """Ends its use; nobody waits any more."""


def alarm_clock() -> AlarmClock:
    """Returns the kernel's alarm clock where there is one, else the threads'."""
    try:
        return KernelAlarmClock()
    except OSError:
        return ThreadAlarmClock()
