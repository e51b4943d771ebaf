"""The warnings of the settings in force: logged once each, and listed on the page."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bridge.errors import CheckerFailed, SettingsError
from bridge.system.disk_thread import start_disk_thread

log = logging.getLogger(__name__)

AFTER_COPY_S = 20.0


class SettingsWarnings:
    """Finds and logs the warnings of the settings in force, after the start and after each change.

    They are found on a thread of their own, since finding them reads the disk.

    `look` returns the warnings of the settings in force. After a start `is_from_copy`, which needed no checker, the
    first look waits for `quiet_s`.
    """

    def __init__(
        self, look: Callable[[], tuple[str, ...]], *, is_from_copy: bool = False, quiet_s: float = AFTER_COPY_S
    ) -> None:
        self.found: tuple[str, ...] = ()
        """The warnings of the settings last looked at."""
        self._look = look
        self._first_after_s = quiet_s if is_from_copy else 0.0
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Marks the settings in force as changed; `run` finds their warnings soon."""
        self._changed.set()

    async def run(self) -> None:
        """Finds the warnings now and after each change, for ever; logs those that were not there before."""
        try:
            async with asyncio.timeout(self._first_after_s):
                await self._changed.wait()
        except TimeoutError:
            pass
        while True:
            self._changed.clear()
            before, self.found = self.found, await self._looked()
            for warning in self.found:
                if warning not in before:
                    log.warning("%s", warning)
            await self._changed.wait()

    async def _looked(self) -> tuple[str, ...]:
        try:
            return await start_disk_thread("settings-warnings", self._look)
        except (CheckerFailed, SettingsError) as error:
            log.info("the settings were not searched for warnings: %s", error)
            return self.found
