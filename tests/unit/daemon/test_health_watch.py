"""The health of the device, by rooms and an operating system that the test plays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from words.builders import an_input, settings_of

from bridge.daemon.health_watch import HealthWatch
from bridge.lines.health_signals import HealthSignals

pytestmark = pytest.mark.virtual_time


class Around:
    """The rooms and the operating system around the watch."""

    def __init__(self, *parts: str) -> None:
        self.follow(*parts)
        self.rooms: dict[str, str | None] = dict.fromkeys(("disk", "broker", "clock", "mail"))
        self.network: str | None = None
        self.disk: str | None = None
        self.looks = 0
        self.signals = HealthSignals()
        self.heard: list[tuple[str, str | None]] = []
        for part in ("disk", "network", "broker", "clock", "mail"):
            self.signals.follow(part, part, lambda trouble, part=part: self.heard.append((part, trouble)))
        self.watch = HealthWatch(
            settings=lambda: self.settings,
            signals=self.signals,
            rooms=lambda: dict(self.rooms),
            look_at_network=self._look_at_network,
            look_at_disk=self._look_at_disk,
        )

    def follow(self, *parts: str) -> None:
        self.settings = settings_of(*(an_input(part, line={"kind": "health", "what": part}) for part in parts))

    def seen(self) -> list[tuple[str, str | None]]:
        heard, self.heard[:] = sorted(self.heard, key=str), []
        return heard

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.watch.run())
        await asyncio.sleep(0.1)
        yield
        task.cancel()

    async def _look_at_network(self) -> str | None:
        self.looks += 1
        return self.network

    async def _look_at_disk(self) -> str | None:
        self.looks += 1
        return self.disk


async def test_only_what_is_followed_is_looked_at():
    around = Around()
    async with around.watched():
        await asyncio.sleep(10)
        assert (around.seen(), around.looks) == ([], 0)
        around.follow("network", "clock")
        await asyncio.sleep(3)
        assert around.seen() == [("clock", None), ("network", None)]


async def test_troubles_are_reported_within_seconds_and_when_a_room_says_so_at_once():
    around = Around("network", "mail")
    async with around.watched():
        around.seen()
        around.network = "no carrier"
        await asyncio.sleep(2)
        assert around.seen() == [("network", "no carrier")]
        around.rooms["mail"] = "mail: refused"
        around.watch.changed()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert around.seen() == [("mail", "mail: refused")]


async def test_a_disk_is_in_trouble_by_the_rooms_or_by_itself_and_well_when_both_are():
    around = Around("disk")
    async with around.watched():
        assert around.seen() == [("disk", None)]
        around.rooms["disk"], around.disk = "the store fails", "the disk is full"
        await asyncio.sleep(3)
        assert around.seen() == [("disk", "the store fails")]
        around.rooms["disk"] = None
        await asyncio.sleep(3)
        assert around.seen() == [("disk", "the disk is full")]
        around.disk = None
        await asyncio.sleep(3)
        assert around.seen() == [("disk", None)]
