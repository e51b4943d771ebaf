"""The linkage of a run (channels, cameras, clips and sound): made once settings need it, and not imported before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bridge.core.definitions.channels import CHANNELS, server_of
from bridge.daemon.camera_addresses import with_addresses

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.lines.camera_port import CameraAddresses
    from bridge.linkage.linkage import Linkage


class LinkageWhenNeeded:
    """The linkage is `made`, or None as long as no settings needed it.

    `make` makes it and connects it to the rooms; `addresses` returns those that cameras gave of themselves.
    """

    def __init__(
        self, *, make: Callable[[Settings], Linkage], addresses: Callable[[], Mapping[str, CameraAddresses]]
    ) -> None:
        self.made: Linkage | None = None
        self._make = make
        self._addresses = addresses
        self._is_made = asyncio.Event()

    def apply(self, given: Settings) -> None:
        """Applies settings in force, with the addresses that are known by now."""
        settings = with_addresses(given, self._addresses())
        if self.made is not None:
            self.made.apply(settings)
        elif _needs_linkage(settings):
            self.made = self._make(settings)
            self._is_made.set()

    async def run(self) -> None:
        """Runs the linkage, once it is made, until it is cancelled."""
        await self._is_made.wait()
        assert self.made is not None  # noqa: S101 - the event says so
        await self.made.run()


def _needs_linkage(settings: Settings) -> bool:
    channels = [server_of(settings, channel) for channel in CHANNELS]
    return any((*channels, settings.cameras, settings.recording, settings.audio))
