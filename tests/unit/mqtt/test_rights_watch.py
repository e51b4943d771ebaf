"""Watch over the rights on one connection: parts that come or go at any instant of it are subscribed to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any

from words.builders import settings_of
from words.waiting import until

from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.rights_watch import RightsWatch
from bridge.mqtt.topics import Topics

TOPICS = Topics(base="alarm2mqtt", device_id="gate", prefix="homeassistant")


class Subscribed:
    """Subscriptions of a session, counted; `meanwhile` is called while one is under way."""

    by_name = False

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self.count = 0
        self._meanwhile = meanwhile

    async def descriptions(self, _topics: Any) -> None:
        self.count += 1
        if self.count == 1:
            self._meanwhile()
        await asyncio.sleep(0)


def a_watch() -> RightsWatch:
    publisher: Any = SimpleNamespace(topics=TOPICS, descriptions=SimpleNamespace(topics=()))
    watch = RightsWatch(publisher=publisher, changed=lambda: None, restored=lambda: None)
    session: Any = SimpleNamespace(version=Version.V5, refused_filters={})
    watch.begin(session)
    return watch


@asynccontextmanager
async def running(watch: RightsWatch, subscribed: Subscribed) -> AsyncIterator[None]:
    session: Any = SimpleNamespace(version=Version.V5, refused_filters={})
    subscriptions: Any = subscribed
    task = asyncio.create_task(watch.run(session, subscriptions, settings_of))
    await asyncio.sleep(0)  # `run` waits for the proof of its rights
    watch.online_answered(taken=True)
    watch.heard(TOPICS.availability)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_an_input_that_comes_while_the_rights_are_being_proven_is_subscribed_to():
    watch, subscribed = a_watch(), Subscribed(lambda: None)
    watch.parts_changed()
    async with running(watch, subscribed):
        await until(lambda: subscribed.count == 1, what="the subscription")


async def test_an_input_that_comes_while_another_is_subscribed_to_is_not_forgotten():
    watch = a_watch()
    subscribed = Subscribed(watch.parts_changed)
    async with running(watch, subscribed):
        watch.parts_changed()
        await until(lambda: subscribed.count == 2, what="the second subscription")
