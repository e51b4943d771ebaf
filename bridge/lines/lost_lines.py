"""Retries what cannot be had yet, a line or a driver, soon at first; no timer runs while all is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bridge.system.backoff import Backoff

WAITS = Backoff(first_s=1.0, longest_s=8.0)
_LOOK_S = 0.25
_DEVICES = Path("/dev")


@dataclass(slots=True, kw_only=True)
class _Wait:
    failures: int = 1
    due: float


class LostLines:
    """Calls `retry` with a name after 1 s, doubling to 8 s, until it returns True: a terminal's line is held.

    A driver that could not be opened is retried alike, under its key.

    A device that appears or goes makes all retries due at once: the modification time of `/dev` is read
    four times a second, but only while a line is lost.
    """

    def __init__(self, *, retry: Callable[[str], bool], devices: Path = _DEVICES) -> None:
        self._retry = retry
        self._devices = devices
        self._waits: dict[str, _Wait] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._devices_were = 0

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Starts the retries, also of lines that were added before."""
        self._loop = loop
        for wait in self._waits.values():
            wait.due = loop.time() + WAITS.first_s
        self._arm()

    def add(self, terminal: str) -> None:
        """Adds the terminal of a lost line; its first retry is due after the first wait."""
        now = self._loop.time() if self._loop is not None else 0.0
        if not self._waits:
            self._devices_were = self._devices_are()
        self._waits[terminal] = _Wait(due=now + WAITS.first_s)
        self._arm()

    def discard(self, terminal: str) -> None:
        """Ends the retries of a terminal that was released, or whose line is held again."""
        self._waits.pop(terminal, None)
        self._disarm_if_idle()

    def hurry(self) -> None:
        """Makes all retries due now: a line was released that a lost one may need."""
        for wait in self._waits.values():
            wait.failures, wait.due = 1, 0.0

    def close(self) -> None:
        """Ends all retries."""
        self._waits.clear()
        self._disarm_if_idle()
        self._loop = None

    def _look(self) -> None:
        """Retries the lines that are due, all of them if a device came or went."""
        self._timer = None
        if self._loop is None:
            return
        if (devices := self._devices_are()) != self._devices_were:
            self._devices_were = devices
            self.hurry()
        now = self._loop.time()
        for terminal, wait in list(self._waits.items()):
            if now < wait.due or terminal not in self._waits:
                continue
            if self._retry(terminal):
                self._waits.pop(terminal, None)
            else:
                wait.failures += 1
                wait.due = now + WAITS.wait_s(wait.failures)
        self._arm()

    def _arm(self) -> None:
        """Starts the timer if a line waits and none runs yet."""
        if self._loop is not None and self._waits and self._timer is None:
            self._timer = self._loop.call_later(_LOOK_S, self._look)

    def _disarm_if_idle(self) -> None:
        """Stops the timer if no line waits."""
        if self._timer is not None and not self._waits:
            self._timer.cancel()
            self._timer = None

    def _devices_are(self) -> int:
        """Returns the modification time of `/dev`, which changes when a device comes or goes.

        0 if it cannot be read.
        """
        try:
            return self._devices.stat().st_mtime_ns
        except OSError:
            return 0
