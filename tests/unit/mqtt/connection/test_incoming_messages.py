"""Messages of the broker: whatever comes, each is handed on once."""

from __future__ import annotations

import pytest
from fakes.far_end import FarEnd
from words.waiting import until

from bridge.mqtt.connection.packet_reader import LARGEST_KEPT


async def test_a_receiver_that_fails_ends_nothing(caplog):
    received = []

    def failing(message):
        received.append(message)
        raise ValueError(message.topic)

    far = FarEnd(receive=failing)
    await far.connected()
    await far.listens("topic")
    await far.sends(b"\x30\x05\x00\x01a\x001" + b"\x30\x05\x00\x01b\x001")
    await until(lambda: len(received) == 2)
    assert [one.topic for one in received] == ["a", "b"]
    assert not far.session.ended.done()
    far.session.abort("the end")
    assert caplog.text.count("could not be handled") == 2


@pytest.mark.parametrize(
    "packet",
    [
        b"\xf0\x02\x18\x00",  # AUTH, unasked
        b"\xb0\x04\x00\x07\x00\xb7",  # UNSUBACK of nothing
        b"\x90\x04\x7f\x00\x00\xb7",  # SUBACK of nothing
        b"\xd0\x00\xd0\x01\x00",  # PINGRESP, unasked, with a body
        b"\x50\x03\x00\x01\xb7",  # PUBREC of a message at QoS 1
        b"\x70\x02\x00\x01",  # PUBCOMP
        b"\x00\x00",  # a type that is none
        b"\x20\x03\x00\x00\x00",  # a second CONNACK
        b"\x40\x00",  # a PUBACK without an identifier
        b"\x30\x04\x00\x00\x00x",  # a PUBLISH without a topic
        b"\x30\x07\x00\x00\x03\x23\x00\x00x",  # with an alias, which was never allowed
        b"\x30\x06\x00\x02\xff\xfe\x00x",  # with a topic that is no text
        b"\x30\x05\x00\x01#\x00x",  # with a filter for a topic
        b"\x30\x05\x00\x09a\x00x",  # with a topic longer than itself
        b"\x30\x05\x00\x01a\x7fx",  # with properties longer than itself
    ],
)
async def test_no_packet_ends_the_session(packet):
    far = FarEnd()
    await far.connected()
    await far.listens("topic")
    await far.sends(packet + b"\x30\x09\x00\x05topic\x001")
    await until(lambda: far.received)
    assert [(one.topic, one.payload) for one in far.received] == [("topic", b"1")]
    assert not far.session.ended.done()
    far.session.abort("the end")


async def test_a_message_that_is_larger_than_is_read_comes_cut_and_is_named_once(caplog):
    far = FarEnd()
    await far.connected()
    await far.listens("topic")
    body = b"\x00\x05topic\x00" + bytes(4_200_000)
    packet = b"\x31" + bytes(
        [len(body) & 0x7F | 0x80, len(body) >> 7 & 0x7F | 0x80, len(body) >> 14 & 0x7F | 0x80, len(body) >> 21]
    )
    await far.sends((packet + body) * 2 + b"\x30\x09\x00\x05topic\x001")
    await until(lambda: len(far.received) == 3)
    assert [one.cut for one in far.received] == [True, True, False]
    assert max(len(one.payload) for one in far.received) <= LARGEST_KEPT
    far.session.abort("the end")
    assert [record.message for record in caplog.records] == [
        f"a message of 4200008 bytes lies on topic: only {LARGEST_KEPT} bytes are read; clear it if it is retained"
    ]


async def test_a_message_at_qos_2_is_answered_and_received_once():
    far = FarEnd()
    await far.connected()
    await far.listens("topic")
    for packet, answer in (
        (b"\x34\x0b\x00\x05topic\x00\x07\x001", b"\x50\x02\x00\x07"),
        (b"\x3c\x0b\x00\x05topic\x00\x07\x001", b"\x50\x02\x00\x07"),
        (b"\x62\x02\x00\x07", b"\x70\x02\x00\x07"),
    ):
        await far.sends(packet)
        assert await far.reads() == answer
    assert len(far.received) == 1
    far.session.abort("the end")
