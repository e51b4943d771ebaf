"""Publishes on one connection: their answers, and what the broker takes at most."""

from __future__ import annotations

import pytest
from fakes.far_end import FarEnd
from words.waiting import until

from bridge.mqtt.messages import Outgoing


@pytest.mark.parametrize(
    ("puback", "taken"),
    [
        (b"\x40\x02\x00\x01", True),
        (b"\x40\x03\x00\x01\x10", True),
        (b"\x40\x04\x00\x01\x10\x00", True),
        (b"\x40\x03\x00\x01\x87", False),
        (b"\x40\x09\x00\x01\x87\x05\x1f\x00\x02no", False),
        (b"\x40\x09\x00\x01\x00\x05\x1f\x00\x02ok", True),
    ],
)
async def test_every_form_of_a_puback_is_understood(puback, taken):
    far = FarEnd()
    await far.connected()
    told = []
    far.session.publish(Outgoing(topic="t", payload=b"1"), told.append)
    assert (await far.reads())[0] == 0x32
    behind = []
    far.session.publish(Outgoing(topic="t", payload=b"2"), behind.append)
    await far.sends(puback + puback + b"\x40\x02\x7f\xff" + b"\x40\x02\x00\x02")
    await until(lambda: behind)
    assert told == [taken]
    assert not far.session.ended.done()
    far.session.abort("the end")


@pytest.mark.parametrize(
    ("payload", "correlation", "goes"),
    [(249, None, True), (250, None, False), (10, bytes(235), True), (10, bytes(236), False)],
)
async def test_what_a_broker_takes_at_most_is_the_whole_packet(payload, correlation, goes):
    far = FarEnd()
    await far.connected(b"\x20\x0d\x00\x00\x0a\x21\x00\x05\x27\x00\x00\x01\x00\x24\x00")  # 256 bytes, QoS 0
    message = Outgoing(topic="t", payload=bytes(payload), correlation=correlation)
    assert far.session.publish(message, lambda _taken: None) == goes
    if goes:
        assert len(await far.reads()) == 256
    far.session.abort("the end")


async def test_the_brokers_limits_are_kept():
    far = FarEnd()
    await far.connected(b"\x20\x0d\x00\x00\x0a\x21\x00\x05\x27\x00\x00\x01\x00\x24\x00")
    assert far.session.window == 5
    assert not far.session.publish(Outgoing(topic="t", payload=bytes(300)), lambda _taken: None)
    assert far.session.publish(Outgoing(topic="t", payload=bytes(10)), lambda _taken: None)
    assert (await far.reads())[0] == 0x30
    far.session.abort("the end")


@pytest.mark.parametrize("code", [0x00, 0x10, 0x15, 0x7F, 0x80, 0x95, 0xB7, 0xFF])
@pytest.mark.parametrize(
    "form", [b"\x40\x03\x00\x01%c", b"\x40\x04\x00\x01%c\x00", b"\x40\x07\x00\x01%c\x03\x7e\x00\x00"]
)
async def test_a_puback_of_any_code_is_a_refusal_from_0x80_on(code, form):
    far = FarEnd()
    await far.connected()
    told = []
    far.session.publish(Outgoing(topic="t", payload=b"1"), told.append)
    await far.reads()
    await far.sends(form % code)
    await until(lambda: told)
    assert told == [code < 0x80]
    assert not far.session.ended.done()
    far.session.abort("the end")
