"""The aiohttp application: access, API table, pages, event stream; and its listening sockets."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import time
from collections.abc import Callable
from functools import partial

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bridge.core.definitions.settings import Settings, host_id
from bridge.text.json_text import as_json
from bridge.web.access.connection_limits import ConnectionLimits
from bridge.web.access.middleware import AccessMiddleware
from bridge.web.access.policy import AccessPolicy, Ingress, is_this_machine
from bridge.web.access.sessions import Password, Sessions
from bridge.web.api import archive as api_archive
from bridge.web.api import arming as api_arming
from bridge.web.api import cameras as api_cameras
from bridge.web.api import control as api_control
from bridge.web.api import files as api_files
from bridge.web.api import journal as api_journal
from bridge.web.api import settings as api_settings
from bridge.web.api import state as api_state
from bridge.web.api.handlers import handler_of
from bridge.web.api.openapi import document
from bridge.web.api.routes import Route
from bridge.web.event_stream import Events
from bridge.web.hooks import PATH, HookHandler, description
from bridge.web.live import Live
from bridge.web.pages.handlers import Pages
from bridge.web.ports import JournalQuery, Ports
from bridge.web.setup_handlers import SetupPages
from bridge.web.static_files import assets

_LOG = logging.getLogger(__name__)
LARGEST_BODY = 64 * 1024
REMEMBERED = 1000
"""Entries of before this run of which the alarms are known to the open pages."""
RETRY_S = 30.0
IDLE_S = 75.0
"""Keep-alive time of an idle connection: longer than that of proxies."""
ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - AccessPolicy and ConnectionLimits refuse other machines


class Site:
    """The whole application; `serve` listens, for requests and event streams, at the settings' address."""

    def __init__(
        self,
        *,
        settings: Settings,
        live: Live,
        ports: Ports,
        ingress: Ingress | None = None,
        sessions: Sessions | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._live = live
        self._entries = ports.entries
        page = settings.web
        secret = page.password
        self._addresses = listen_addresses(page.host, page.port, ingress)
        self._policy = AccessPolicy(
            guarded=secret is not None,
            names=_names(settings),
            called=frozenset(name.lower() for name in page.names),
            ingress_peer=None if ingress is None else ingress.peer,
            near=is_this_machine(page.host),
        )
        guard = AccessMiddleware(
            policy=self._policy,
            password=None if secret is None else Password(secret.reveal()),
            sessions=sessions or Sessions(monotonic),
            monotonic=monotonic,
            cookie=f"alarm2mqtt_{page.port}",
        )
        self.app = web.Application(middlewares=[guard.middleware], client_max_size=LARGEST_BODY)
        rows = table(live, ports)
        for route in rows:
            self.app.router.add_route(route.method, route.path, handler_of(route))
        self.app.router.add_get("/api/openapi.json", partial(_described, rows, live, ports))
        events = Events(live, still_in=guard.still_in)
        pages = Pages(live=live, ports=ports, access=guard, assets=assets())
        pages.add_to(self.app.router)
        SetupPages(live=live, ports=ports, frame=pages.frame).add_to(self.app.router)
        self.app.router.add_get("/events", events.handle)
        self.app.router.add_get("/healthz", _healthy)
        if ports.hooks is not None:
            HookHandler(ports.hooks, monotonic=monotonic).add_to(self.app.router)

    async def serve(self) -> None:
        """Serves until cancelled. An address in use is retried every `RETRY_S`, and logged once as a warning."""
        self._live.remember(await asyncio.to_thread(self._entries, JournalQuery(limit=REMEMBERED)))
        runner = web.AppRunner(
            self.app,
            access_log=None,
            logger=_http_log(),
            handle_signals=False,
            keepalive_timeout=IDLE_S,
            shutdown_timeout=0.5,
        )
        await runner.setup()
        assert runner.server is not None  # noqa: S101 - set up
        limits = ConnectionLimits(self._policy, runner.server, monotonic=time.monotonic)
        try:
            async with asyncio.TaskGroup() as group:
                for host, port in self._addresses:
                    group.create_task(_listen(limits, host, port), name=f"page at port {port}")
        finally:
            await runner.cleanup()


async def _listen(limits: ConnectionLimits, host: str, port: int) -> None:
    """Listens at an address until cancelled, retrying while it cannot be opened."""
    is_logged = False
    while True:
        try:
            server = await asyncio.get_running_loop().create_server(limits, host, port)
        except OSError as error:
            level = logging.DEBUG if is_logged else logging.WARNING
            _LOG.log(
                level,
                "page: port %d cannot be opened (%s); tried again every %.0f s",
                port,
                error.strerror or error,
                RETRY_S,
            )
            is_logged = True
            await asyncio.sleep(RETRY_S)
        else:
            break
    _LOG.info("page at http://%s:%d", f"[{host}]" if ":" in host else host, port)
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        server.close()


def listen_addresses(host: str, port: int, ingress: Ingress | None) -> tuple[tuple[str, int], ...]:
    """Returns hosts and ports to listen on: those of the settings, and those of the ingress proxy if there is one."""
    if ingress is None:
        return ((host, port),)
    wide = (ANY_ADDRESS, ingress.port)
    # On one port both would be the same address twice.
    return (wide,) if port == ingress.port else (wide, (host, port))


def table(live: Live, ports: Ports) -> tuple[Route, ...]:
    """Returns every route of the API."""
    return (
        *api_state.routes(live, ports),
        *api_arming.routes(live, ports),
        *api_control.routes(live, ports),
        *api_settings.routes(live, ports),
        *api_archive.routes(live, ports),
        *api_cameras.routes(live, ports),
        *api_journal.routes(ports),
        *api_files.routes(live, ports),
    )


def _names(settings: Settings) -> frozenset[str]:
    """Returns the first labels of the device's own host names."""
    names = {settings.device.id, host_id(os.uname().nodename)}
    if re.search("[a-z]", settings.web.host):
        names.add(settings.web.host.partition(".")[0])
    return frozenset(names)


def _http_log() -> logging.Logger:
    """Returns the logger for aiohttp's errors, which drops malformed HTTP: any client could fill the log with that."""
    log = logging.getLogger("bridge.web.http")
    log.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError)))
    return log


async def _described(rows: tuple[Route, ...], live: Live, ports: Ports, request: web.Request) -> web.StreamResponse:
    """Responds with the OpenAPI document of these routes."""
    del request
    inputs = [one.id for one in live.settings.inputs]
    outputs = [one.id for one in live.settings.outputs]
    known = {
        "input": inputs,
        "output": outputs,
        "terminal": [*inputs, *outputs],
        "action": tuple(api_control.PARAMS),
        "camera": list(live.settings.cameras),
    }
    described = document(rows, version=ports.system().version, known=known)
    hooks = ports.hooks
    if hooks is not None and (called := [each for each in inputs if hooks.knows(each)]):
        described["paths"][PATH] = description(called)
        described["components"]["securitySchemes"]["token"] = {"type": "http", "scheme": "bearer"}
    return web.Response(body=as_json(described), content_type="application/json")


async def _healthy(request: web.Request) -> web.StreamResponse:
    """Returns `ok`, as long as the event loop runs; details are at /api/status."""
    del request
    return web.Response(text="ok\n")
