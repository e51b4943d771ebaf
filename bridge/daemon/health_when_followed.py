"""The watch over this device's own health, from the first input on that follows it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from bridge.core.definitions.health_lines import HealthSource

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.daemon.health_watch import HealthWatch


class HealthWhenFollowed:
    """The watch, made by `make` and not imported before an input follows it.

    `settings` returns those in force.
    """

    def __init__(self, *, settings: Callable[[], Settings], make: Callable[[], HealthWatch]) -> None:
        self._settings = settings
        self._make = make
        self._watch: HealthWatch | None = None
        self._is_followed = asyncio.Event()

    def settings_changed(self) -> None:
        """Begins the watch if an input follows it now."""
        if any(isinstance(each.line, HealthSource) for each in self._settings().inputs):
            self._is_followed.set()

    def changed(self) -> None:
        """Has the watch look at the rooms soon, since one of them changed; does nothing while there is no watch."""
        if self._watch is not None:
            self._watch.changed()

    async def run(self) -> None:
        """Waits until an input follows the watch, then watches until it is cancelled."""
        self.settings_changed()
        await self._is_followed.wait()
        self._watch = self._make()
        await self._watch.run()
