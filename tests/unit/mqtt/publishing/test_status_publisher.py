from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from bridge.mqtt.publishing.status_publisher import StatusPublisher

pytestmark = pytest.mark.virtual_time


@asynccontextmanager
async def publishing():
    """A status that counts, and what was published of it: the second, the payload, and whether anew."""
    sent = []
    begun = asyncio.get_running_loop().time()

    def publish(payload, *, again):
        sent.append((round(asyncio.get_running_loop().time() - begun), payload, again))

    status = StatusPublisher(payload=lambda: b"%d" % len(sent), publish=publish)
    task = asyncio.create_task(status.run())
    yield status, sent
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_changes_are_published_at_most_once_a_second():
    async with publishing() as (status, sent):
        for _ in range(35):
            status.changed()
            await asyncio.sleep(0.1)
    assert sent == [(1, b"0", False), (2, b"1", False), (3, b"2", False)]


async def test_without_a_change_it_is_published_every_minute_all_the_same():
    async with publishing() as (_, sent):
        await asyncio.sleep(130)
    assert sent == [(60, b"0", True), (120, b"1", True)]


async def test_what_was_put_at_once_is_not_published_again_for_the_same_change():
    async with publishing() as (status, sent):
        status.changed()
        status.put()
        await asyncio.sleep(10)
    assert sent == [(0, b"0", False)]
