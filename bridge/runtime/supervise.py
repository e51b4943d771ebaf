"""Tasks that are restarted when they fail, signals, and the watchdog's signs of life."""

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
    """Runs `work` until it returns; after an exception it is logged under `name` and started again.

    The pauses between starts are those of `restarts`; a run that lasted longer than the longest pause begins them anew.
    So a fault of an adapter never stops the lines.
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
    """Notifies the service manager's watchdog at half its limit, for ever; returns at once if there is no watchdog."""
    if manager.watchdog_s is None:
        return
    while True:
        manager.notify("WATCHDOG=1")
        await asyncio.sleep(manager.watchdog_s / 2)


def on_signals(*, stop: Callable[[], None], reload: Callable[[], None]) -> None:
    """Makes the event loop call `stop` at SIGTERM and SIGINT, and `reload` at SIGHUP, from now on."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    loop.add_signal_handler(signal.SIGHUP, reload)
