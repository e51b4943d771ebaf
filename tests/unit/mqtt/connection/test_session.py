"""The begin and the end of a session, in every form that brokers have for them."""

from __future__ import annotations

import asyncio

import pytest
from fakes.far_end import FarEnd

from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.messages import Outgoing


@pytest.mark.parametrize(
    ("answer", "how"),
    [
        (b"\x20\x03\x00\x86\x00", EndReason.DENIED),
        (b"\x20\x03\x00\x87\x00", EndReason.DENIED),
        (b"\x20\x03\x00\x84\x00", EndReason.TOO_NEW),
        (b"\x20\x02\x00\x01", EndReason.TOO_NEW),
        (b"\x20\x03\x00\x97\x00", EndReason.REFUSED),
        (b"", EndReason.TOO_NEW),
        (b"HTTP/1.1 400 Bad Request\r\n", EndReason.TOO_NEW),
        (b"\x30\x05\x00\x01a\x001", EndReason.TOO_NEW),
        (b"\x20\x02\x00\x00", EndReason.TOO_NEW),
        (b"\x20\x03\x00\xb7\x00", EndReason.REFUSED),
    ],
)
async def test_every_way_to_be_turned_away_is_told_apart(answer, how):
    far = FarEnd()
    opening = asyncio.create_task(far.session.open())
    await far.reads()
    await far.sends(answer)
    far.socket.close()
    ended = await opening
    assert ended.how is how


@pytest.mark.parametrize(
    ("last", "how"),
    [
        (b"\xe0\x02\x8e\x00", EndReason.TAKEN_OVER),
        (b"\xe0\x02\x8b\x00", EndReason.UNREACHABLE),
        (b"", EndReason.THROWN_OUT),
    ],
)
async def test_every_way_to_be_thrown_out_is_told_apart(last, how):
    far = FarEnd()
    await far.connected()
    await far.sends(last)
    far.socket.close()
    assert (await far.session.ended).how is how
    assert not far.session.publish(Outgoing(topic="t", payload=b"1"), lambda _taken: None)


@pytest.mark.parametrize(
    ("packet", "named"),
    [
        (b"\x20\x06\x00\x00\x03\x21\x00\x00", "Receive Maximum 0"),
        (b"\x20\x08\x00\x00\x05\x27\x00\x00\x00\x00", "Maximum Packet Size 0"),
        (b"\x20\x09\x00\x00\x06\x22\x00\x01\x22\x00\x01", "Topic Alias Maximum twice"),
        (b"\x20\x05\x00\x00\x02\x7e\x01", "property 0x7E"),
        (b"\x20\x05\x00\x00\x02\x13\x00", "Server Keep Alive"),
        (b"\x20\x03\x01\x00\x00", "session present"),
    ],
)
async def test_a_connack_that_is_odd_opens_the_session_and_is_named(packet, named, caplog):
    far = FarEnd()
    await far.connected(packet)
    assert far.session.window == 20
    assert far.session.largest_packet is None
    far.session.abort("the end")
    assert named in caplog.text
    assert len(caplog.records) == 1


@pytest.mark.parametrize("packet", [b"\xe0\x01%c", b"\xe0\x02%c\x00", b"\xe0\x05%c\x03\x1f\x00\x09"])
@pytest.mark.parametrize("code", [0x00, 0x33, 0x8E, 0xB7])
async def test_a_disconnect_of_any_code_and_form_is_the_end_and_only_one_code_a_takeover(packet, code):
    far = FarEnd()
    await far.connected()
    await far.sends(packet % code)
    ended = await far.session.ended
    assert ended.code == code
    assert (ended.how is EndReason.TAKEN_OVER) == (code == 0x8E)


async def test_a_length_that_makes_no_sense_is_the_end_in_words():
    far = FarEnd()
    await far.connected()
    await far.sends(b"\x30\xff\xff\xff\xff\xff\xff")
    assert "makes no sense" in (await far.session.ended).why
