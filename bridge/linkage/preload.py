"""What the actions of the settings import, imported before an alarm needs it.

A first import takes some hundred milliseconds on a small board. On the event loop, and at the
moment of an alarm, that would be a pulse that is missed; so it is done by a thread, when the lines
are watched and nothing else is to be done.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings

log = logging.getLogger(__name__)


def modules_of(settings: Settings) -> tuple[str, ...]:
    """Names of modules."""
    addresses = [camera.snapshot or camera.stream or "" for camera in settings.cameras.values()]
    wanted = {
        "bridge.actions.email.session": settings.email is not None,
        "bridge.actions.ftp.session": settings.ftp is not None,
        "aiohttp": any(address.startswith("http") for address in addresses),
    }
    return tuple(name for name, is_wanted in wanted.items() if is_wanted)


async def warm_up(settings: Settings) -> None:
    """Returns when all is imported; whoever needs what cannot be tells so when it is needed."""
    for name in modules_of(settings):
        try:
            await asyncio.to_thread(importlib.import_module, name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other actions go on
            log.warning("%s cannot be imported: %s", name, error)
