"""`alarm2mqtt purge`: opens the store for its ledger, and clears every topic of the ledger at the broker."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from bridge.core.definitions.settings import Settings
from bridge.mqtt.purge import purge as clear
from bridge.store.store import open_store

log = logging.getLogger(__name__)


async def purge(settings: Settings) -> int:
    """Clears every retained topic of the ledger and of these settings. Returns their number.

    Raises:
        BrokerError: the broker cannot be reached, or refuses.
    """
    post = asyncio.get_running_loop().call_soon_threadsafe
    opening = partial(open_store, settings.store.folder, post=post, on_problem=_log_problem)
    store = (await asyncio.to_thread(opening)).store
    try:
        return await clear(settings, store.ledger)
    finally:
        await asyncio.to_thread(store.close)


def _log_problem(problem: str | None) -> None:
    """Logs a problem of the store; None is ignored."""
    if problem is not None:
        log.warning("the store has a problem: %s", problem)
