"""The aiohttp handlers of pages, static files, log-in and log-out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TypeVar

from aiohttp import web

from bridge.core.definitions.settings import InputSettings, OutputSettings
from bridge.errors import ActionError
from bridge.web.access.middleware import TOKEN, AccessMiddleware
from bridge.web.api.cameras import camera_settings
from bridge.web.api.handlers import LONGEST_BODY_S
from bridge.web.api.settings import input_settings, output_settings
from bridge.web.api.state import status_json
from bridge.web.connections import connection_words
from bridge.web.live import Live
from bridge.web.log_reader import LogReader
from bridge.web.pages.alarm_in_page import alarm_in_page
from bridge.web.pages.alarm_out_page import alarm_out_page
from bridge.web.pages.cameras_page import camera_page, cameras_page, shown_cameras
from bridge.web.pages.incident_card import incident_card
from bridge.web.pages.layout import Frame
from bridge.web.pages.live_page import live_page
from bridge.web.pages.log_page import STEPS, Filter, log_page
from bridge.web.pages.login_page import login_page
from bridge.web.pages.pictures_page import pictures_page
from bridge.web.pages.schedules_page import schedules_page
from bridge.web.pages.system_page import system_page
from bridge.web.pages.timeline_part import timeline_list
from bridge.web.ports import Clip, Ports
from bridge.web.static_files import Asset
from bridge.web.timeline_reader import TimelineReader

JUST_NOW = 12
LEFT_START = "alarm2mqtt_start_left"
"""The cookie of a browser that has left the guided start."""
Part = TypeVar("Part", InputSettings, OutputSettings)


class Pages:
    """Builds each page from the present state and settings."""

    def __init__(self, *, live: Live, ports: Ports, access: AccessMiddleware, assets: Mapping[str, Asset]) -> None:
        self._live = live
        self._ports = ports
        self._access = access
        self._assets = assets
        self._reader = LogReader(live, ports)
        self._timelines = TimelineReader(live, ports)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Adds the routes of all pages, pictures and static files to the router."""
        router.add_get("/", self._index)
        router.add_get("/alarm-in", self._alarm_in)
        router.add_get("/alarm-out", self._alarm_out)
        router.add_get("/cameras", self._cameras)
        router.add_get("/schedules", self._schedules)
        router.add_get("/pictures", self._pictures)
        router.add_get("/picture", self._picture)
        router.add_get("/camera", self._camera)
        router.add_get("/log", self._log)
        router.add_get("/incident", self._incident)
        router.add_get("/timeline", self._timeline)
        router.add_get("/system", self._system)
        router.add_get("/static/{name}", self._asset)
        router.add_get("/login", self._login)
        router.add_post("/login", self._log_in)
        router.add_post("/logout", self._log_out)

    def frame(self, request: web.Request) -> Frame:
        """Returns the data of a request's page that every page has."""
        return Frame(
            device=self._live.settings.device.label,
            token=request[TOKEN],
            guarded=self._live.settings.web.password is not None,
            armed=self._live.armed,
            connections={
                name: words
                for name, words in connection_words(self._live.connections).items()
                if name != "home_assistant" or self._live.settings.home_assistant.discovery
            },
            alarms=[self._live.name_of(key) for key, view in self._live.inputs.items() if view.alarm],
        )

    async def _index(self, request: web.Request) -> web.StreamResponse:
        """Returns the live page; without terminals the guided start, until it is left."""
        live = self._live
        is_new = not live.settings.inputs and not live.settings.outputs and self._ports.settings is not None
        if is_new and LEFT_START not in request.cookies:
            return web.Response(status=303, headers={"Location": "start"})
        return _page(
            live_page(
                self.frame(request),
                live.settings,
                {key: live.input_event(view) for key, view in live.inputs.items()},
                {key: live.output_event(view) for key, view in live.outputs.items()},
                [live.entry_event(entry) for entry in list(live.recent)[-JUST_NOW:]],
            )
        )

    async def _alarm_in(self, request: web.Request) -> web.StreamResponse:
        live, query = self._live, request.query
        chosen = None if "add" in query else _chosen(live.settings.inputs, query.get("input"))
        view = live.inputs.get(chosen.id) if chosen else None
        return _page(
            await asyncio.to_thread(  # it reads definitions and presets at first
                alarm_in_page,
                self.frame(request),
                live.settings,
                chosen,
                input_settings(chosen) if chosen else {},
                live.input_event(view) if view else None,
                await self._sounds(),
                asked=query.get("kind"),
                found=self._ports.found_lines,
            )
        )

    async def _alarm_out(self, request: web.Request) -> web.StreamResponse:
        live, query = self._live, request.query
        chosen = None if "add" in query else _chosen(live.settings.outputs, query.get("output"))
        view = live.outputs.get(chosen.id) if chosen else None
        return _page(
            await asyncio.to_thread(
                alarm_out_page,
                self.frame(request),
                live.settings,
                chosen,
                output_settings(chosen) if chosen else {},
                live.output_event(view) if view else None,
                asked=query.get("kind"),
                found=self._ports.found_lines,
            )
        )

    async def _cameras(self, request: web.Request) -> web.StreamResponse:
        settings, query, desk = self._live.settings, request.query, self._ports.cameras
        frame, chosen = self.frame(request), query.get("camera", "")
        if "add" in query or chosen in settings.cameras:
            camera = None if "add" in query else chosen
            values = {} if camera is None else camera_settings(settings.cameras[camera])
            built = partial(camera_page, frame, camera, values, can_ask=desk is not None)
            return _page(await asyncio.to_thread(built))  # it reads definitions at first
        online = {} if desk is None else desk.online()
        shown = shown_cameras(settings, online, {key: picture.time for key, picture in self._live.pictures.items()})
        return _page(cameras_page(frame, shown, can_ask=desk is not None))

    async def _schedules(self, request: web.Request) -> web.StreamResponse:
        return _page(schedules_page(self.frame(request), self._live.settings, request.query.get("of")))

    async def _pictures(self, request: web.Request) -> web.StreamResponse:
        return _page(
            pictures_page(
                self.frame(request),
                self._live.settings,
                pictures={key: picture.time for key, picture in self._live.pictures.items()},
                clips=await self._clips(),
                sounds=None if self._ports.sounds() is None else await self._sounds(),
                now=self._ports.now().local,
            )
        )

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        last = self._live.pictures.get(query.get("of", ""))
        jpeg = self._live.alarm_pictures.get(query["alarm"]) if "alarm" in query else last and last.jpeg
        if jpeg is None:
            raise web.HTTPNotFound
        return web.Response(body=jpeg, content_type="image/jpeg")

    async def _camera(self, request: web.Request) -> web.StreamResponse:
        """Responds with a recent picture of a camera, or with 503 and the reason why there is none now."""
        camera, look = request.query.get("of", ""), self._ports.look
        if look is None or camera not in self._live.settings.cameras:
            raise web.HTTPNotFound
        try:
            jpeg = await look(camera)
        except ActionError as error:
            return web.Response(status=503, text=str(error), headers={"Retry-After": "5"})
        return web.Response(body=jpeg, content_type="image/jpeg", headers={"Cache-Control": "no-store"})

    async def _log(self, request: web.Request) -> web.StreamResponse:
        return _page(await asyncio.to_thread(self._log_of, self.frame(request), _filter(request)))

    def _log_of(self, frame: Frame, chosen: Filter) -> str:
        """Returns the log page. It reads the disk and formats thousands of entries: not for the event loop."""
        # Read before the entries: those that arrive in between are sent to the page as events.
        last = self._live.recent[-1].seq if self._live.recent else 0
        content = self._reader.content(chosen)
        return log_page(frame, self._live.settings, chosen, content.units, more=content.more, last=last)

    async def _incident(self, request: web.Request) -> web.StreamResponse:
        """Responds with the card of one alarm, for the log's script; empty if there is none that matches its filter."""
        card = await asyncio.to_thread(self._card_of, _number(request.query.get("of", "")) or 0, _filter(request))
        return _page("" if card is None else card)

    def _card_of(self, seq: int, chosen: Filter) -> str | None:
        """Returns a card as HTML, or None. It reads the disk: not for the event loop."""
        card = self._reader.card(seq, chosen)
        return None if card is None else incident_card(card)

    async def _timeline(self, request: web.Request) -> web.StreamResponse:
        """Responds with the spans of the last day, for the script that draws them."""
        return _page(await asyncio.to_thread(self._timeline_of, request.query.get("of")))

    def _timeline_of(self, of: str | None) -> str:
        """Returns the list of spans as HTML. It reads the disk: not for the event loop."""
        return timeline_list(self._timelines.timeline(of))

    async def _system(self, request: web.Request) -> web.StreamResponse:
        status = status_json(self._live, self._ports)
        sound = next(iter(await self._sounds()), None)
        return _page(system_page(self.frame(request), status, sound))

    async def _sounds(self) -> tuple[str, ...]:
        """Returns the names of the sound clips; none without a loudspeaker."""
        shelf = self._ports.sounds()
        return () if shelf is None else await asyncio.to_thread(shelf.names)

    async def _clips(self) -> Sequence[Clip] | str | None:
        """Returns the clips, the reason why they cannot be read, or None without recording."""
        shelf = self._ports.clips()
        try:
            return None if shelf is None else await asyncio.to_thread(shelf.clips)
        except ActionError as error:
            return str(error)

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
        return _page(login_page(self._live.settings.device.label, problem=None))

    async def _log_in(self, request: web.Request) -> web.StreamResponse:
        try:
            async with asyncio.timeout(LONGEST_BODY_S):
                password = (await request.post()).get("password")
        except TimeoutError:
            raise web.HTTPRequestTimeout from None
        outcome = await self._access.log_in(request, password if isinstance(password, str) else "")
        if isinstance(outcome, str):
            status = 429 if outcome.startswith("Wait") else 401
            return _page(login_page(self._live.settings.device.label, problem=outcome), status=status)
        return outcome

    async def _log_out(self, request: web.Request) -> web.StreamResponse:
        return self._access.log_out(request)


def _filter(request: web.Request) -> Filter:
    """Returns the filter in the address of the log; what is no valid value is left out."""
    query = request.query
    limit = query.get("limit", "")
    return Filter(
        kind=query.get("kind", ""),
        part=query.get("part", ""),
        text=query.get("text", "")[:100],
        limit=int(limit) if limit in map(str, STEPS) else STEPS[0],
        at=_number(query.get("at", "")),
    )


def _number(text: str) -> int | None:
    """Returns the number of an entry, or None for a text that is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None  # noqa: PLR2004 - 53 bits


def _chosen(parts: Sequence[Part], part_id: str | None) -> Part | None:
    """Returns the part with this id, else the first one; None if there are none."""
    return next((part for part in parts if part.id == part_id), next(iter(parts), None))


def _page(html: str, *, status: int = 200) -> web.StreamResponse:
    return web.Response(text=html, status=status, content_type="text/html")
