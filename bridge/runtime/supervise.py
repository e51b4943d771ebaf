"""Named tasks that live and die together, signals, and signs of life."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine

from bridge.runtime.systemd import ServiceManager
from bridge.system.backoff import Backoff

log = logging.getLogger(__name__)

RESTARTS = Backoff(first_s=1.0, longest_s=60.0)


async def kept_alive(
    name: str, work: Callable[[], Coroutine[None, None, None]], *, restarts: Backoff = RESTARTS
) -> None:
    """Runs `work` until it returns; logs each failure and starts it again after the pause of `restarts`.

    A run that lasted longer than the longest pause begins the pauses anew.

    No adapter's fault may take the lines down with it.
    """
    loop = asyncio.get_running_loop()
    failures = 0
    while True:
        begun = loop.time()
        try:
            await work()
        except Exception:
            failures = 1 if loop.time() - begun > restarts.longest_s else failures + 1
            pause_s = restarts.wait_s(failures)
            log.exception("%s failed; again in %.0f s", name, pause_s)
        else:
            return
        await asyncio.sleep(pause_s)


async def signs_of_life(manager: ServiceManager) -> None:
    """Tells the watchdog, at half its patience, that the event loop still turns."""
    if manager.watchdog_s is None:
        return
    while True:
        manager.tell("WATCHDOG=1")
        await asyncio.sleep(manager.watchdog_s / 2)


def on_signals(*, stop: Callable[[], None], reload: Callable[[], None]) -> None:
    """SIGTERM and SIGINT stop, SIGHUP reloads."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, reload)
