"""The aiohttp handlers of Set up and of the guided start."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from bridge.web.api.settings import rest_settings
from bridge.web.api.state import status_json
from bridge.web.live import Live
from bridge.web.pages.archive_page import archive_page
from bridge.web.pages.handlers import LEFT_START
from bridge.web.pages.layout import Frame
from bridge.web.pages.setup_page import section_page, setup_page
from bridge.web.pages.setup_sections import SECTION
from bridge.web.pages.start_page import LAST, start_page
from bridge.web.ports import Ports


class SetupPages:
    """Builds these pages from the settings in force; `frame` returns a request's frame."""

    def __init__(self, *, live: Live, ports: Ports, frame: Callable[[web.Request], Frame]) -> None:
        self._live = live
        self._ports = ports
        self._frame = frame

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Adds the routes to the router."""
        router.add_get("/setup", self._setup)
        router.add_get("/start", self._start)

    async def _setup(self, request: web.Request) -> web.StreamResponse:
        """Returns the section of the query, else the list of all."""
        frame, rest = self._frame(request), rest_settings(self._live.settings)
        status = status_json(self._live, self._ports)
        if request.query.get("part") == "archive":
            return _page(archive_page(frame))
        section = SECTION.get(request.query.get("part", ""))
        if section is None:
            return _page(setup_page(frame, status, rest))
        shelf = self._ports.sounds()
        sounds = () if shelf is None else await asyncio.to_thread(shelf.names)
        return _page(section_page(frame, section, status, rest, next(iter(sounds), None)))

    async def _start(self, request: web.Request) -> web.StreamResponse:
        """Returns a step of the guided start, or leaves it for this visit of the browser."""
        if "leave" in request.query:
            response = web.Response(status=303, headers={"Location": "./"})
            response.set_cookie(LEFT_START, "1", httponly=True, samesite="Strict")
            return response
        settings, live = self._live.settings, self._live
        step = request.query.get("step", "")
        first = 1 if settings.web.password is None else 2
        return _page(
            start_page(
                self._frame(request),
                int(step) if step in map(str, range(1, LAST + 1)) else first,
                settings,
                status=status_json(live, self._ports),
                rest=rest_settings(settings),
                lines=await asyncio.to_thread(self._ports.found_lines),
                views={
                    **{key: live.input_event(view) for key, view in live.inputs.items()},
                    **{key: live.output_event(view) for key, view in live.outputs.items()},
                },
            )
        )


def _page(html: str) -> web.StreamResponse:
    return web.Response(text=html, content_type="text/html")
