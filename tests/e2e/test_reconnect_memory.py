"""A session that has ended leaves nothing in the memory, without waiting for the collector's own time."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fakes.mqtt_bridge import Bridge, on_port
from programs.mqtt_client import until
from servers.relay import PUBLISH, Relay, disconnect

from bridge.core.effects import PublishSettings
from bridge.mqtt.connection.session import Session

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60), pytest.mark.usefixtures("no_collector")]


@pytest.fixture
def no_collector() -> Iterator[None]:
    """The collector does not run by itself."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def sessions() -> int:
    return sum(isinstance(one, Session) for one in gc.get_objects())


async def stands(bridge):
    await until(lambda: bridge.adapter.connected and bridge.adapter.unfinished_messages == 0, what="a session")


async def test_fifty_reconnects_leave_the_memory_as_it_was(broker):
    settings = on_port(broker.port)
    async with Bridge(settings).running() as bridge:
        counts = []
        for number in range(50):
            await stands(bridge)
            connections = len(bridge.comings_and_goings)
            mqtt = replace(settings.mqtt, keepalive_s=30 + number % 2 * 10)
            bridge.adapter.perform(PublishSettings(settings=replace(settings, mqtt=mqtt)))
            if number:
                await until(lambda seen=connections: len(bridge.comings_and_goings) > seen, what="another session")
            counts.append(len(gc.get_objects()))
        await stands(bridge)
        assert len(bridge.comings_and_goings) > 90
        assert sessions() == 1
    # Timers that were cancelled stay until their time, and a session left behind would have been a hundred objects.
    assert counts[-1] - counts[9] < 40 * 20, counts


@pytest.mark.parametrize("last", [b"", disconnect(0x8B), b"\x30\xff\xff\xff\xff\xff"], ids=["hangs up", "ends", "errs"])
async def test_no_end_of_a_session_leaves_it_behind(last, broker):
    def ends(link, one):
        if one.kind == PUBLISH and not link.count:
            link.reply(last)
            link.close()
            return None
        return one.raw

    async with Relay(broker.port, asks=ends) as relay, Bridge(on_port(relay.port)).running(connected=False) as bridge:
        await until(lambda: relay.connections > 1, what="a second connection")
        await stands(bridge)
        await asyncio.sleep(0)
        assert sessions() == 1
