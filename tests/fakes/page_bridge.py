"""A page over a real engine and a simulated board, without broker, store and actions; within one event loop."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, CookieJar
from servers.process import free_port
from words.waiting import until

__all__ = ["PageBridge", "page_bridge", "until", "watching"]

from bridge.core.definitions.settings import Settings
from bridge.core.effects import (
    Answer,
    DriveLine,
    Effect,
    PublishArmed,
    PublishClock,
    PublishInput,
    PublishOutput,
    PublishSettings,
    ReleaseLine,
    RequestInput,
    RequestOutput,
)
from bridge.core.engine import Engine
from bridge.core.facts import Origin, StateRestored
from bridge.core.journal import JournalEntry
from bridge.core.status import BridgeStatus, BrokerStatus
from bridge.lines.simulated.driver import SimulatedLines
from bridge.runtime.clock import Clock
from bridge.runtime.engine_loop import EngineLoop
from bridge.web.access.policy import Ingress
from bridge.web.application import Site
from bridge.web.live import Live
from bridge.web.ports import JournalQuery, Ports


class PageBridge:
    """`async with page_bridge(tmp_path, settings) as bridge`; `bridge.client` is somebody on this machine."""

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        *,
        desk: Any = None,
        ingress: Ingress | None = None,
        most_browsers: int = 100,
        monotonic: Callable[[], float] = time.monotonic,
        **ports: Any,
    ) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = replace(settings, web=replace(settings.web, port=self.port))
        self.entries: list[JournalEntry] = []
        self.clock = Clock(settings.device.timezone)
        self.engine = Engine(settings, boot="b00t", release_year=2026)
        self.loop = EngineLoop(self.engine, perform=self._perform, overload=self._overload, now=self.clock.now)
        self.lines = SimulatedLines(socket=folder / "board.sock")
        self.ports = Ports(
            **{
                "submit": self.loop.submit,
                "now": self.clock.now,
                "system": self._system,
                "entries": self._entries,
                "board": self.lines.obey,
                "settings": desk,
                **ports,
            }
        )
        self.live = Live(settings, now=self.clock.now, most_browsers=most_browsers)
        self.site = Site(settings=settings, live=self.live, ports=self.ports, ingress=ingress, monotonic=monotonic)

    def board(self, command: str) -> None:
        assert json.loads(self.lines.obey(command)) == {"ok": True}

    async def begin(self) -> None:
        self._perform(self.engine.begin(self.clock.now()))
        self.loop.take_now(StateRestored(inputs={}, latched=frozenset(), next_seq=1))
        self.lines.start(self.loop.submit)
        self.loop.start()
        self.served = asyncio.create_task(self.site.serve(), name="page")
        await self._listens()
        self.client = ClientSession(self.url, cookie_jar=CookieJar(unsafe=True))

    async def end(self) -> None:
        await self.client.close()
        self.served.cancel()
        await asyncio.wait([self.served])
        self.lines.close()

    async def _listens(self) -> None:
        await until(self._is_open, what="the page's port")

    def _is_open(self) -> bool:
        assert not self.served.done(), self.served
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """Status and JSON of an answer, or its text."""
        async with self.client.get(path, headers=headers, allow_redirects=False) as response:
            return response.status, await _content(response)

    async def post(self, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        return await self.send("POST", path, body, **headers)

    async def send(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        async with self.client.request(method, path, json=body, headers=headers, allow_redirects=False) as response:
            return response.status, await _content(response)

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case RequestInput():
                    self.lines.request_input(effect.settings)
                case RequestOutput():
                    self.lines.request_output(effect.settings, effect.level)
                case DriveLine():
                    self.lines.drive(effect.terminal, effect.level)
                case ReleaseLine():
                    self.lines.release(effect.terminal)
                case Answer(origin=Origin(request=asyncio.Future() as request)):
                    request.set_result(effect.faults)
                case (
                    PublishInput()
                    | PublishOutput()
                    | PublishArmed()
                    | PublishClock()
                    | PublishSettings()
                    | JournalEntry()
                ):
                    self.live.perform(effect)
            if isinstance(effect, JournalEntry):
                self.entries.append(effect)

    def _overload(self, origin: Origin) -> None:
        raise AssertionError(origin)

    def _entries(self, query: JournalQuery) -> tuple[JournalEntry, ...]:
        fit = [
            entry
            for entry in self.entries
            if query.kind in (None, entry.kind) and (query.since is None or entry.time >= query.since)
        ]
        if query.after_seq is not None:
            return tuple([entry for entry in fit if entry.seq > query.after_seq][: query.limit])
        return tuple(fit[-query.limit :])

    def _system(self) -> BridgeStatus:
        return BridgeStatus(
            version="9.9",
            started=self.clock.now().local,
            broker=BrokerStatus(address="localhost:1883", problem=None),
            rejected_commands=0,
            journal_unsent=0,
        )


async def _content(response: Any) -> Any:
    if response.content_type == "application/json":
        return json.loads(await response.read())
    return await response.text()


@asynccontextmanager
async def page_bridge(folder: Path, settings: Settings, **parts: Any):
    bridge = PageBridge(folder, settings, **parts)
    await bridge.begin()
    try:
        yield bridge
    finally:
        await bridge.end()


class Stream:
    """An open stream of events."""

    def __init__(self, response: Any) -> None:
        self._response = response
        self.events: list[tuple[str, Any]] = []

    async def read(self) -> tuple[str, Any]:
        """The next event; comments are passed over."""
        name = ""
        while True:
            line = (await asyncio.wait_for(self._response.content.readline(), 5)).decode().rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                self.events.append((name, json.loads(line.removeprefix("data: "))))
                return self.events[-1]

    async def read_until(self, name: str, condition: Any = lambda _: True) -> Any:
        while True:
            event, data = await self.read()
            if event == name and condition(data):
                return data


@asynccontextmanager
async def watching(bridge: PageBridge, **headers: str):
    async with bridge.client.get("/events", headers=headers) as response:
        assert response.status == 200, await response.text()
        yield Stream(response)
        with suppress(ConnectionError):
            response.close()
