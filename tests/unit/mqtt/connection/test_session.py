"""What the session needs of paho beyond its public interface; these fail when paho changes it."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import socket

import pytest
from paho.mqtt.client import Client

from bridge.mqtt.connection.buffered_socket import BufferedSocket
from bridge.mqtt.connection.packet_reader import LARGEST_KEPT
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Filter, Login
from bridge.mqtt.messages import Outgoing

CONNACK = {Version.V5: b"\x20\x03\x00\x00\x00", Version.V311: b"\x20\x02\x00\x00"}


class FarEnd:
    """A session, and the other end of its socket in the test's hands."""

    def __init__(self, version=Version.V5, keepalive_s=30):
        near, self.socket = socket.socketpair()
        near.setblocking(False)
        self.socket.setblocking(False)
        self.received = []
        login = Login(client_id="c", username="u", password="p", keepalive_s=keepalive_s, will=None, version=version)
        self.session = Session(sock=BufferedSocket(near), login=login, receive=self.received.append)

    async def sends(self, data):
        await asyncio.get_running_loop().sock_sendall(self.socket, data)

    async def reads(self):
        return await asyncio.get_running_loop().sock_recv(self.socket, 4096)

    async def connected(self, connack=None):
        opening = asyncio.create_task(self.session.open())
        hello = await self.reads()
        await self.sends(connack or CONNACK[self.session.version])
        assert await opening is None
        return hello

    async def listens(self, *topics, codes=None):
        """Subscribed to these topics, a packet at a time; the SUBACKs carry `codes`, else success."""
        subscribing = asyncio.create_task(self.session.subscribe([Filter(topic=one) for one in topics]))
        packets = []
        while not subscribing.done():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    packet = await self.reads()
                    packets.append(packet)
                    none = b"\x00" if self.session.version is Version.V5 else b""
                    found = bytes([1] * packet.count(b"topic")) if codes is None else codes
                    await self.sends(bytes([0x90, 2 + len(none) + len(found)]) + packet[2:4] + none + found)
        assert subscribing.result() is None
        return packets


@pytest.mark.parametrize("name", ["_create_socket", "_mid_generate", "_send_pingreq"])
def test_paho_still_has_the_methods_that_are_overridden_or_called(name):
    assert callable(getattr(Client, name))


def test_paho_still_asks_create_socket_for_its_socket_when_it_reconnects():
    assert "self._create_socket()" in inspect.getsource(Client.reconnect)


@pytest.mark.parametrize("version", list(Version))
async def test_paho_speaks_over_the_given_socket(version):
    far = FarEnd(version)
    hello = await far.connected()
    assert hello[2:9] == b"\x00\x04MQTT" + bytes([version])
    assert hello[10:12] == b"\x00\x1e"
    far.session.abort("the end")


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
    await far.sends(puback + puback + b"\x40\x02\x7f\xff")
    await asyncio.sleep(0.01)
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


async def test_what_is_published_in_one_turn_goes_out_in_one_piece():
    far = FarEnd()
    await far.connected()
    for topic in "abc":
        far.session.publish(Outgoing(topic=topic, payload=b"1"), lambda _taken: None)
    piece = await far.reads()
    assert all(topic in piece for topic in (b"\x01a", b"\x01b", b"\x01c"))
    far.session.abort("the end")


async def test_the_brokers_limits_are_kept():
    far = FarEnd()
    await far.connected(b"\x20\x0d\x00\x00\x0a\x21\x00\x05\x27\x00\x00\x01\x00\x24\x00")
    assert far.session.window == 5
    assert not far.session.publish(Outgoing(topic="t", payload=bytes(300)), lambda _taken: None)
    assert far.session.publish(Outgoing(topic="t", payload=bytes(10)), lambda _taken: None)
    assert (await far.reads())[0] == 0x30
    far.session.abort("the end")


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


async def test_a_receiver_that_fails_ends_nothing(caplog):
    far = FarEnd()
    await far.connected()
    await far.listens("topic")

    def failing(message):
        far.received.append(message)
        raise ValueError(message.topic)

    far.session._receive = failing  # noqa: SLF001 - a receiver with a fault
    await far.sends(b"\x30\x05\x00\x01a\x001" + b"\x30\x05\x00\x01b\x001")
    await asyncio.sleep(0.01)
    assert [one.topic for one in far.received] == ["a", "b"]
    assert not far.session.ended.done()
    far.session.abort("the end")
    assert caplog.text.count("could not be handled") == 2


async def test_a_flood_of_messages_leaves_turns_of_the_loop_to_others():
    message = b"\x30\x0b\x00\x07a/topicxy"
    count = 20_000
    far = FarEnd(Version.V311)
    await far.connected()
    await far.listens("topic")
    turns = 0

    async def others():
        nonlocal turns
        while len(far.received) < count:
            turns += 1
            await asyncio.sleep(0)

    await asyncio.wait_for(asyncio.gather(far.sends(message * count), others()), 30)
    far.session.abort("the end")
    chunks = count / (64 * 1024 / len(message))
    # Without a bound every chunk of 64 KiB, some five thousand messages, is one turn.
    assert turns > 4 * chunks


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
    await asyncio.sleep(0.01)
    assert told == [code < 0x80]
    assert not far.session.ended.done()
    far.session.abort("the end")


@pytest.mark.parametrize("packet", [b"\xe0\x01%c", b"\xe0\x02%c\x00", b"\xe0\x05%c\x03\x1f\x00\x09"])
@pytest.mark.parametrize("code", [0x00, 0x33, 0x8E, 0xB7])
async def test_a_disconnect_of_any_code_and_form_is_the_end_and_only_one_code_a_takeover(packet, code):
    far = FarEnd()
    await far.connected()
    await far.sends(packet % code)
    ended = await far.session.ended
    assert ended.code == code
    assert (ended.how is EndReason.TAKEN_OVER) == (code == 0x8E)


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
    await asyncio.sleep(0.01)
    assert [(one.topic, one.payload) for one in far.received] == [("topic", b"1")]
    assert not far.session.ended.done()
    far.session.abort("the end")


async def test_a_length_that_makes_no_sense_is_the_end_in_words():
    far = FarEnd()
    await far.connected()
    await far.sends(b"\x30\xff\xff\xff\xff\xff\xff")
    assert "makes no sense" in (await far.session.ended).why


async def test_a_message_that_is_larger_than_is_read_comes_cut_and_is_named_once(caplog):
    far = FarEnd()
    await far.connected()
    await far.listens("topic")
    body = b"\x00\x05topic\x00" + bytes(4_200_000)
    packet = b"\x31" + bytes(
        [len(body) & 0x7F | 0x80, len(body) >> 7 & 0x7F | 0x80, len(body) >> 14 & 0x7F | 0x80, len(body) >> 21]
    )
    await far.sends((packet + body) * 2 + b"\x30\x09\x00\x05topic\x001")
    await asyncio.sleep(0.05)
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
