"""The aiohttp handlers of Set up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from bridge.web.api.settings import rest_settings
from bridge.web.api.state import status_json
from bridge.web.live import Live
from bridge.web.pages.layout import Frame
from bridge.web.pages.setup_page import section_page, setup_page
from bridge.web.pages.setup_sections import SECTION
from bridge.web.ports import Ports


class SetupPages:
    """Builds the pages of Set up from the settings in force; `frame` returns a request's frame."""

    def __init__(self, *, live: Live, ports: Ports, frame: Callable[[web.Request], Frame]) -> None:
        self._live = live
        self._ports = ports
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Adds the routes to the router."""
        router.add_get("/setup", self._setup)

    async def _setup(self, request: web.Request) -> web.StreamResponse:
        """Returns the section of the query, else the list of all."""
        frame, rest = self._frame(request), rest_settings(self._live.settings)
        status = status_json(self._live, self._ports)
        section = SECTION.get(request.query.get("part", ""))
        if section is None:
            return _page(setup_page(frame, status, rest))
        shelf = self._ports.sounds()
        sounds = () if shelf is None else await asyncio.to_thread(shelf.names)
        return _page(section_page(frame, section, status, rest, next(iter(sounds), None)))


def _page(html: str) -> web.StreamResponse:
    return web.Response(text=html, content_type="text/html")
