"""The page's side as a whole: shows what it is told, and hands commands on."""

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

    `perform` takes effects at any time, before `run` too, and never waits. `run` listens where
    `settings.web` says, until it is cancelled; only it imports aiohttp, off the event loop, so it
    raises ImportError where the extra `web` is not installed. `ingress` is a proxy that has logged
    people in already: `access.INGRESS` in the add-on, else None.
    """

    def __init__(self, *, settings: Settings, ports: Ports, ingress: Ingress | None = None) -> None:
        self._settings = settings
        self._ports = ports
        self._ingress = ingress
        self._live = Live(settings, now=ports.now)

    @property
    def settings(self) -> Settings:
        """Those in force, as the engine told."""
        return self._live.settings

    def perform(self, effect: WebEffect) -> None:
        """Shows an effect of the engine to whoever watches."""
        self._live.perform(effect)

    def snapshot(self, input_id: str | None, jpeg: bytes) -> None:
        """Shows a picture: of an input's alarm, or of nobody's."""
        self._live.snapshot(input_id, jpeg)

    async def run(self) -> None:
        """Serves the page until cancelled."""
        made: site.Site = await asyncio.to_thread(self._make_site)
        await made.serve()

    def _make_site(self) -> site.Site:
        """Imports and all: some hundred milliseconds that the event loop can use better."""
        module = importlib.import_module("bridge.web.application")
        made: site.Site = module.Site(
            settings=self._settings, live=self._live, ports=self._ports, ingress=self._ingress
        )
        return made
