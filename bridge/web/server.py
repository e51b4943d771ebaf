"""The web server as one object: effects go in, commands come out through the ports."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING

from bridge.core.definitions.settings import Settings
from bridge.web.access.policy import Ingress
from bridge.web.live import Live, WebEffect
from bridge.web.ports import Ports

if TYPE_CHECKING:
    from bridge.web import application as site


class WebServer:
    """The one object of this room that the rest of the program holds.

    `ingress` is a proxy that has authenticated people already: `access.policy.INGRESS` in the add-on, else None. Only
    `run` imports aiohttp, off the event loop.
    """

    def __init__(self, *, settings: Settings, ports: Ports, ingress: Ingress | None = None) -> None:
        self._settings = settings
        self._ports = ports
        self._ingress = ingress
        self._live = Live(settings, now=ports.now)

    @property
    def settings(self) -> Settings:
        """The settings in force, as the engine published them."""
        return self._live.settings

    def perform(self, effect: WebEffect) -> None:
        """Shows an effect of the engine on the open pages; never blocks, and may be called before `run`."""
        self._live.perform(effect)

    def snapshot(self, input_id: str | None, jpeg: bytes) -> None:
        """Shows a picture of an input's alarm, or with None of no input; never blocks."""
        self._live.snapshot(input_id, jpeg)

    async def run(self) -> None:
        """Serves at the address of `settings.web` until cancelled.

        Raises ImportError if the extra `web` is not installed.
        """
        made: site.Site = await asyncio.to_thread(self._make_site)
        await made.serve()

    def _make_site(self) -> site.Site:
        """Imports aiohttp and returns the site; blocks for some hundred milliseconds, so it runs off the event loop."""
        module = importlib.import_module("bridge.web.application")
        made: site.Site = module.Site(
            settings=self._settings, live=self._live, ports=self._ports, ingress=self._ingress
        )
        return made
