"""Imports the modules of the configured actions before an alarm needs them.

A first import takes some hundred milliseconds on a small board. On the event loop, at the
moment of an alarm, a pulse would be missed; so a thread imports them once the lines are watched.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from bridge.core.definitions.channels import CHANNELS, server_of
from bridge.linkage.delivery.sender_of import sender_of

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings

log = logging.getLogger(__name__)


def modules_of(settings: Settings) -> tuple[str, ...]:
    """Returns the names of the modules that the configured channels need, each once."""
    used = (channel for channel in CHANNELS if server_of(settings, channel) is not None)
    return tuple(dict.fromkeys(name for channel in used for name in sender_of(channel).preload))


async def warm_up(settings: Settings, *, load: Callable[[str], object] = importlib.import_module) -> None:
    """Imports the modules of the configured channels, off the loop.

    A module that cannot be imported is logged; the action that needs it fails later.
    """
    for name in modules_of(settings):
        try:
            await asyncio.to_thread(load, name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other actions go on
            log.warning("%s cannot be imported: %s", name, error)
