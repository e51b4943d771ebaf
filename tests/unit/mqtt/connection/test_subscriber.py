"""Subscriptions: a few a packet, and what is made of each answer."""

from __future__ import annotations

import asyncio

import pytest
from fakes.far_end import FarEnd

from bridge.mqtt.connection.session_types import Filter


async def test_a_subscribe_has_at_most_eight_filters():
    far = FarEnd()
    await far.connected()
    packets = await far.listens(*(f"topic/{number}" for number in range(17)))
    assert [one.count(b"topic") for one in packets] == [8, 8, 1]
    assert far.session.refused_filters == {}
    far.session.abort("the end")


@pytest.mark.parametrize(
    ("codes", "refused"),
    [
        (b"\x00\x01\x02", {}),
        (b"\x01\x87\x01", {"topic/b": "Not authorized"}),
        (b"\x01\xb7\x33", {"topic/b": "reason code 0xB7"}),
        (b"\x01", {"topic/b": "not answered", "topic/c": "not answered"}),
        (b"\x01\x01\x01\x87\x87", {}),
    ],
)
async def test_every_suback_is_understood(codes, refused):
    far = FarEnd()
    await far.connected()
    await far.listens("topic/a", "topic/b", "topic/c", codes=codes)
    assert far.session.refused_filters == refused
    far.session.abort("the end")


async def test_two_that_subscribe_at_once_are_each_answered():
    far = FarEnd()
    await far.connected()
    other = asyncio.create_task(far.session.subscribe([Filter(topic="topic/other")]))
    packets = await far.listens("topic/a")
    assert await other is None
    assert [one.count(b"topic") for one in packets] == [1, 1]
    assert far.session.refused_filters == {}
    far.session.abort("the end")
