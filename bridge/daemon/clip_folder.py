"""The sound clips in their folder, which anybody may change: looked for again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from bridge.system.disk_thread import start_disk_thread
from bridge.system.sound_files import clip_names

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings

EVERY_S = 15.0


class ClipFolder:
    """Lists the sound clips' folder again and again and passes the names to `found`.

    `settings` returns those in force. `found` receives all names, or an empty tuple while no loudspeaker is configured.
    """

    def __init__(
        self,
        *,
        settings: Callable[[], Settings],
        found: Callable[[tuple[str, ...]], None],
        every_s: float = EVERY_S,
    ) -> None:
        self._settings = settings
        self._found = found
        self._every_s = every_s

    async def run(self) -> None:
        """Lists the folder at once and then every `every_s` seconds, for ever.

        Each listing has a thread of its own, since the disk may hang.
        """
        while True:
            audio = self._settings().audio
            names: tuple[str, ...] = ()
            if audio is not None:
                names = await start_disk_thread("clip-names", partial(clip_names, audio.folder))
            self._found(names)
            await asyncio.sleep(self._every_s)
