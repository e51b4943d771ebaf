"""Named tasks that live and die together, signals, and signs of life."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Coroutine

from bridge.runtime.systemd import ServiceManager

log = logging.getLogger(__name__)

FIRST_RESTART_S = 1.0
LONGEST_RESTART_S = 60.0


async def kept_alive(name: str, work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Runs `work` for ever: what fails is logged and begun again, after a pause that doubles.

    No adapter's fault may take the lines down with it.
    """
    loop = asyncio.get_running_loop()
    pause_s = FIRST_RESTART_S
    while True:
        begun = loop.time()
        try:
            await work()
        except Exception:
            if loop.time() - begun > LONGEST_RESTART_S:
                pause_s = FIRST_RESTART_S
            log.exception("%s failed; again in %.0f s", name, pause_s)
        else:
            return
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, LONGEST_RESTART_S)


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
