"""What the session needs of paho beyond its public interface; these fail when paho changes it."""

from __future__ import annotations

import asyncio
import inspect
import socket

import pytest
from paho.mqtt.client import Client

from bridge.mqtt.connection.buffered_socket import BufferedSocket
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Login
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


@pytest.mark.parametrize("name", ["_create_socket", "_handle_pubackcomp", "_mid_generate", "_send_pingreq"])
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
