"""An MQTT relay in front of a real broker, which plays the habits of other brokers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Self

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 0x10, 0x20, 0x30, 0x40, 0x80, 0x90


def packet(first: int, body: bytes) -> bytes:
    """A packet with its remaining length."""
    size, length = len(body), b""
    while size > 0x7F:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return bytes([first]) + length + bytes([size]) + body


def disconnect(code: int, properties: bytes = b"") -> bytes:
    """A broker's DISCONNECT of MQTT 5."""
    return packet(0xE0, bytes([code, len(properties)]) + properties)


def number(data: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer, and the place behind it."""
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 0x80:
            return value, at


class Packet:
    """A packet on its way: `first` byte, `body`, and what a habit asks of them."""

    def __init__(self, first: int, body: bytes, version: int) -> None:
        self.first, self.body, self.version = first, body, version
        self.kind = first & 0xF0

    @property
    def raw(self) -> bytes:
        return packet(self.first, self.body)

    @property
    def size(self) -> int:
        return len(self.raw)

    @property
    def topic(self) -> str:
        """Of a PUBLISH."""
        return self.body[2 : 2 + int.from_bytes(self.body[:2], "big")].decode()

    @property
    def qos(self) -> int:
        return self.first >> 1 & 3

    @property
    def retained(self) -> bool:
        return self.kind == PUBLISH and bool(self.first & 1)

    @property
    def identifier(self) -> bytes:
        """Of a PUBLISH at QoS 1, an acknowledgement or a SUBSCRIBE."""
        at = 2 + int.from_bytes(self.body[:2], "big") if self.kind == PUBLISH else 0
        return self.body[at : at + 2]

    @property
    def filters(self) -> list[tuple[str, int]]:
        """Of a SUBSCRIBE: topic filters with their options."""
        at = 2
        if self.version == 5:
            size, at = number(self.body, at)
            at += size
        found = []
        while at < len(self.body):
            end = at + 2 + int.from_bytes(self.body[at : at + 2], "big")
            found.append((self.body[at + 2 : end].decode(), self.body[end]))
            at = end + 1
        return found

    @property
    def will_flags(self) -> int:
        """Of a CONNECT."""
        return self.body[7]

    def with_connack_properties(self, more: bytes) -> bytes:
        """A CONNACK of MQTT 5 with these properties alone."""
        return packet(self.first, self.body[:2] + bytes([len(more)]) + more)


class Link:
    """One client's connection through the relay, as a habit sees it; `memory` is the habit's own."""

    def __init__(self, to_client: asyncio.StreamWriter, to_broker: asyncio.StreamWriter, count: int) -> None:
        self.version = 4
        self.count = count
        """How many connections there were before this one."""
        self.memory: dict[str, int] = {}
        self.closed = False
        self._to_client = to_client
        self._to_broker = to_broker

    def reply(self, data: bytes) -> None:
        """Sends the client something of the relay's own."""
        self._to_client.write(data)

    def close(self) -> None:
        """Closes both sides, the client's after what was replied."""
        self.closed = True
        self._to_client.close()
        self._to_broker.transport.abort()


Habit = Callable[[Link, Packet], bytes | None]
"""Given each packet; returns what is passed on, None for nothing."""


def passes(_link: Link, one: Packet) -> bytes | None:
    """Nothing is changed."""
    return one.raw


class Relay:
    """Between clients on `port` and a broker. `asks` and `answers` play a habit on either way."""

    def __init__(self, broker: int, *, asks: Habit = passes, answers: Habit = passes, old: bool = False) -> None:
        self.port = 0
        self.connections = 0
        self.seen: list[Packet] = []
        """Packets of clients, in order."""
        self._broker = broker
        self._asks, self._answers, self._old = asks, answers, old
        self._links: list[Link] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """Closes all connections, as a network does."""
        for link in self._links:
            link.close()
        self._links.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._broker)
        link = Link(writer, inner_writer, self.connections)
        self.connections += 1
        self._links.append(link)
        ways = (
            self._pump(link, reader, inner_writer, self._asks),
            self._pump(link, inner_reader, writer, self._answers),
        )
        for way in ways:
            task = asyncio.ensure_future(way)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, link, reader, writer, habit) -> None:
        try:
            while not link.closed:
                one = await _read(reader, link.version)
                if habit is self._asks:
                    self.seen.append(one)
                    if one.kind == CONNECT:
                        link.version = one.version = one.body[6]
                        if link.version == 5 and self._old:
                            link.reply(b"\x20\x02\x00\x01")
                            break
                passed = habit(link, one)
                if passed is not None and not link.closed:
                    writer.write(passed)
                    await writer.drain()
        except (asyncio.IncompleteReadError, OSError):
            pass  # one side has gone, and the other goes too
        link.close()


async def _read(reader: asyncio.StreamReader, version: int) -> Packet:
    first = (await reader.readexactly(1))[0]
    size = shift = 0
    while True:
        (digit,) = await reader.readexactly(1)
        size, shift = size | (digit & 0x7F) << shift, shift + 7
        if digit < 0x80:
            return Packet(first, await reader.readexactly(size), version)
