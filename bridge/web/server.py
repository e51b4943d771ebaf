"""The web server as one object: effects go in, commands come out through the ports."""

from __future__ import annotations

import asyncio
import gc
import importlib
import time
from typing import TYPE_CHECKING

from bridge.core.definitions.settings import Settings
from bridge.core.effects import PublishSettings
from bridge.web.access.policy import Ingress
from bridge.web.access.sessions import Sessions
from bridge.web.aiohttp_library import import_aiohttp
from bridge.web.live import Live, WebEffect
from bridge.web.ports import Ports

if TYPE_CHECKING:
    from bridge.web import application as site


GRACE_S = 1.0
"""Time for the answer to a change, and for what open pages ask then: the old site has them still."""


class WebServer:
    """The one object of this room that the rest of the program holds.

    `ingress` is a proxy that has authenticated people already: `access.policy.INGRESS` in the add-on, else None. Only
    `run` imports aiohttp, off the event loop.
    """

    def __init__(self, *, settings: Settings, ports: Ports, ingress: Ingress | None = None) -> None:
        self._ports = ports
        self._ingress = ingress
        self._live = Live(settings, now=ports.now)
        self._sessions = Sessions(time.monotonic)
        self._served = settings
        """The settings that the present site was made with."""
        self._site_is_old = asyncio.Event()

    @property
    def settings(self) -> Settings:
        """The settings in force, as the engine published them."""
        return self._live.settings

    def perform(self, effect: WebEffect) -> None:
        """Shows an effect of the engine on the open pages; never blocks, and may be called before `run`."""
        self._live.perform(effect)
        if isinstance(effect, PublishSettings) and _site_of(effect.settings) != _site_of(self._served):
            self._site_is_old.set()

    def snapshot(self, input_id: str | None, jpeg: bytes, alarm: str | None) -> None:
        """Shows a picture of an input's alarm with the id `alarm`, or with None of no input; never blocks."""
        self._live.snapshot(input_id, jpeg, alarm)

    def connections(self, *, broker: bool, home_assistant: bool | None) -> None:
        """Shows whether broker and Home Assistant are connected; never blocks. None: not heard of."""
        self._live.connect(broker=broker, home_assistant=home_assistant)

    async def run(self) -> None:
        """Serves at the address of `settings.web` until cancelled.

        A change of address or password is in force after `GRACE_S`: another site takes over. A new password ends all
        sessions.

        Raises ImportError if the extra `web` is not installed.
        """
        while True:
            self._site_is_old.clear()
            before, self._served = self._served, self._live.settings
            if before.web.password != self._served.web.password:
                self._sessions = Sessions(time.monotonic)
            if not self._served.web.enabled:
                await self._site_is_old.wait()
                continue
            made = await asyncio.to_thread(self._make_site)
            async with asyncio.TaskGroup() as group:
                serving = group.create_task(made.serve(), name="page")
                await self._site_is_old.wait()
                await asyncio.sleep(GRACE_S)
                serving.cancel()

    def _make_site(self) -> site.Site:
        """Imports aiohttp and returns the site; blocks for some hundred milliseconds, so it runs off the event loop."""
        import_aiohttp()
        module = importlib.import_module("bridge.web.application")
        gc.freeze()  # what was imported lives for ever, and would make each collection a pause that a pulse notices
        made: site.Site = module.Site(
            settings=self._served,
            live=self._live,
            ports=self._ports,
            ingress=self._ingress,
            sessions=self._sessions,
        )
        return made


def _site_of(settings: Settings) -> object:
    """Returns the settings that a site is made with, and that cannot be changed in it."""
    return settings.web, settings.metrics, settings.device.id
