"""The warnings of the settings in force: logged once each, and listed on the page."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bridge.system.disk_thread import start_disk_thread

if TYPE_CHECKING:
    from bridge.settings.load import Loaded

log = logging.getLogger(__name__)


class SettingsWarnings:
    """Finds and logs the warnings of the settings in force, after the start and after each change.

    They are found on a thread of their own, since finding them reads the disk.
    """

    def __init__(self, loaded: Loaded) -> None:
        self.found: tuple[str, ...] = ()
        """The warnings of the settings last looked at."""
        self._loaded = loaded
        self._changed = asyncio.Event()
        self._changed.set()

    def changed(self, loaded: Loaded) -> None:
        """Sets the settings in force; `run` finds their warnings soon."""
        self._loaded = loaded
        self._changed.set()

    async def run(self) -> None:
        """Finds the warnings now and after each change, for ever; logs those that were not there before."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            before, self.found = self.found, await start_disk_thread("settings-warnings", self._loaded.warnings)
            for warning in self.found:
                if warning not in before:
                    log.warning("%s", warning)
