"""A session over a socket pair, with the broker's end in the test's hands."""

from __future__ import annotations

import asyncio
import contextlib
import socket

from bridge.mqtt.connection.buffered_socket import BufferedSocket
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Filter, Login

CONNACK = {Version.V5: b"\x20\x03\x00\x00\x00", Version.V311: b"\x20\x02\x00\x00"}


class FarEnd:
    """A session, and the other end of its socket in the test's hands."""

    def __init__(self, version=Version.V5, keepalive_s=30, receive=None):
        near, self.socket = socket.socketpair()
        near.setblocking(False)
        self.socket.setblocking(False)
        self.received = []
        login = Login(client_id="c", username="u", password="p", keepalive_s=keepalive_s, will=None, version=version)
        self.session = Session(sock=BufferedSocket(near), login=login, receive=receive or self.received.append)

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
