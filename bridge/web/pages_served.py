"""Pages, assets and logging in, as aiohttp handlers."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from bridge.web.assets import Asset
from bridge.web.guard import TOKEN, Guard
from bridge.web.live import Live
from bridge.web.pages.layout import Frame
from bridge.web.pages.live_page import live_page
from bridge.web.pages.login_page import login_page
from bridge.web.ports import Ports

JUST_NOW = 12


class Pages:
    """Each page made from what is in force right now."""

    def __init__(self, *, live: Live, ports: Ports, guard: Guard, assets: Mapping[str, Asset]) -> None:
        self._live = live
        self._ports = ports
        self._guard = guard
        self._assets = assets

    def add_to(self, router: web.UrlDispatcher) -> None:
        """All addresses."""
        router.add_get("/", self._index)
        router.add_get("/static/{name}", self._asset)
        router.add_get("/login", self._login)
        router.add_post("/login", self._log_in)
        router.add_post("/logout", self._log_out)

    def _frame(self, request: web.Request) -> Frame:
        return Frame(
            device=self._live.settings.device.label,
            token=request[TOKEN],
            guarded=self._live.settings.web.password is not None,
        )

    async def _index(self, request: web.Request) -> web.StreamResponse:
        live = self._live
        return _page(
            live_page(
                self._frame(request),
                live.settings,
                {key: live.input_event(view) for key, view in live.inputs.items()},
                {key: live.output_event(view) for key, view in live.outputs.items()},
                [live.entry_event(entry) for entry in list(live.recent)[-JUST_NOW:]],
            )
        )

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        asset = self._assets.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        headers = {
            "ETag": asset.tag,
            "Cache-Control": "no-cache",
            "Vary": "Accept-Encoding",
            "Content-Type": asset.kind,
        }
        if request.headers.get("If-None-Match") == asset.tag:
            return web.Response(status=304, headers=headers)
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=asset.packed, headers={**headers, "Content-Encoding": "gzip"})
        return web.Response(body=asset.content, headers=headers)

    async def _login(self, request: web.Request) -> web.StreamResponse:
        del request
        return _page(login_page(self._live.settings.device.label, said=None))

    async def _log_in(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        given = form.get("password")
        done = await self._guard.log_in(request, given if isinstance(given, str) else "")
        if isinstance(done, str):
            status = 429 if done.startswith("Wait") else 401
            return _page(login_page(self._live.settings.device.label, said=done), status=status)
        return done

    async def _log_out(self, request: web.Request) -> web.StreamResponse:
        return self._guard.log_out(request)


def _page(html: str, *, status: int = 200) -> web.StreamResponse:
    return web.Response(text=html, status=status, content_type="text/html")
