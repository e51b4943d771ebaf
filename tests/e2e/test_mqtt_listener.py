"""Listening beside a bridge, on a real broker."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest
from fakes.mqtt_bridge import Bridge, D, on_port
from programs.mqtt_client import until
from servers.mosquitto import Mosquitto
from servers.old_broker import OldBroker

from bridge.errors import BrokerError
from bridge.mqtt.listener import Listener

pytestmark = pytest.mark.e2e


class Heard:
    """A listener that runs, and what it heard and was told of its connection."""

    def __init__(self, settings):
        self.messages = {}
        self.links = []
        self._listener = Listener(settings, receive=self._take, link=self.links.append)

    def _take(self, message):
        self.messages[message.topic] = message.payload

    @asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self._listener.run(), name="listener under test")
        try:
            yield self
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_any_number_listen_and_none_disturbs_the_bridge(broker):
    settings = on_port(broker.port)
    bridge = Bridge(settings)
    async with bridge.running(), Heard(settings).running() as one, Heard(settings).running() as other:
        for heard in (one, other):
            await until(lambda heard=heard: heard.messages.get(f"{D}/output/siren/state") == b"OFF")
            assert heard.messages[f"{D}/availability"] == b"online"
            assert heard.messages[f"{D}/input/door/state"] == b"OFF"
            assert heard.links == [None]
        assert bridge.adapter.connected
    assert "already connected" not in broker.log()


@pytest.mark.parametrize("hangs_up", [True, False])
async def test_a_broker_without_mqtt_5_is_spoken_to_in_3_1_1(broker, hangs_up):
    async with Bridge(on_port(broker.port)).running(), OldBroker(broker.port, hangs_up=hangs_up) as old:
        async with Heard(on_port(old.port)).running() as heard:
            await until(lambda: f"{D}/input/door/attributes" in heard.messages)
            assert heard.links == [None]
        assert old.versions == [5, 4]


async def test_a_broker_that_is_away_is_tried_until_it_is_there(broker):
    settings = on_port(broker.port)
    broker.stop()
    async with Heard(settings).running() as heard:
        await until(lambda: heard.links)
        assert heard.links[0].startswith(f"nobody listens at 127.0.0.1:{broker.port}: ")
        broker.start()
        await until(lambda: heard.links[-1] is None, within_s=10)
        broker.stop()
        await until(lambda: heard.links[-1] is not None)


async def test_a_wrong_password_ends_it(tmp_path):
    with Mosquitto(tmp_path, users={"me": "right"}) as broker:
        settings = on_port(broker.port, username="me", password="wrong-secret")
        with pytest.raises(BrokerError, match=r"\(user me\)") as refused:
            await Listener(settings, receive=print, link=print).run()
    assert "wrong-secret" not in str(refused.value)


async def test_it_takes_its_leave(broker):
    async with Heard(on_port(broker.port)).running() as heard:
        await until(lambda: heard.links == [None])
    await until(lambda: "disconnected." in broker.log(), what="the goodbye in the broker's log")
    assert "closed its connection" not in broker.log()
