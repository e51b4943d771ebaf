"""The size of pictures follows the broker's limit for packets."""

from __future__ import annotations

import logging

import pytest
from fakes.mqtt_bridge import Bridge, D, on_port
from programs.mqtt_client import MqttClient, until
from servers.relay import CONNACK, Relay
from words.builders import an_input

pytestmark = pytest.mark.e2e

LONGEST = "i" * 32


async def test_the_largest_picture_that_has_room_passes_a_broker_that_announces_a_limit(broker, caplog):
    def announces(_link, one):
        return one.with_connack_properties(b"\x27\x00\x00\x9c\x40") if one.kind == CONNACK else one.raw

    caplog.set_level(logging.WARNING)
    with MqttClient(broker.port, f"{D}/snapshot/#") as client:
        async with Relay(broker.port, answers=announces) as relay:
            bridge = Bridge(on_port(relay.port, an_input(LONGEST)))
            assert bridge.adapter.picture_room is None
            async with bridge.running():
                room = bridge.adapter.picture_room
                assert 39_000 < room < 40_000
                bridge.adapter.snapshot(LONGEST, bytes(room))
                await until(lambda: client.last(f"{D}/snapshot/{LONGEST}"), what="the picture")
                assert len(client.last(f"{D}/snapshot/{LONGEST}")) == room
    assert f"left out: {D}/snapshot" not in caplog.text


async def test_without_a_limit_of_the_broker_there_is_none(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        assert bridge.adapter.picture_room is None
