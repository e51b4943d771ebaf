"""A bare MQTT 3.1.1 client whose arrivals are stamped when the socket gives them.

A library's own work would stand in every figure; this one does only what a QoS 1 subscriber must.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK = 0x10, 2, 3, 0x40, 0x82, 9
TIMEOUT_S = 10.0


class BrokerGone(Exception):
    """The broker closed the connection or is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One publication as it arrived; `at_ns` is on the monotonic clock."""

    topic: str
    payload: bytes
    retained: bool
    at_ns: int


def _text(value: str) -> bytes:
    data = value.encode()
    return len(data).to_bytes(2, "big") + data


def _packet(head: int, body: bytes) -> bytes:
    length, size = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        size.append(digit | (0x80 if length else 0))
        if not length:
            return bytes((head, *size)) + body


class Client:
    """Connected on construction; `heard` is called with every message, from `read`."""

    def __init__(self, *, port: int, name: str, heard: Callable[[Message], None]) -> None:
        self._heard = heard
        self._rest = b""
        self._answers: set[int] = set()
        self._packet_id = 0
        try:
            self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        except OSError as error:
            raise BrokerGone(str(error)) from error
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._send(_packet(CONNECT, _text("MQTT") + b"\x04\x02\x00\x00" + _text(name)))
        self._await(CONNACK)

    def fileno(self) -> int:
        """For select."""
        return self._socket.fileno()

    def subscribe(self, pattern: str) -> None:
        """Subscribe at QoS 1 and wait for the broker's answer."""
        self._answers.discard(SUBACK)
        self._send(_packet(SUBSCRIBE, self._next_id() + _text(pattern) + b"\x01"))
        self._await(SUBACK)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish at QoS 1; the acknowledgement is read with everything else."""
        self._send(_packet(0x32 | retain, _text(topic) + self._next_id() + payload))

    def read(self) -> None:
        """Take what is there; blocks only when nothing is."""
        data = self._socket.recv(1 << 18)
        at_ns = time.monotonic_ns()
        if not data:
            message = "the broker closed the connection"
            raise BrokerGone(message)
        self._rest += data
        acknowledgements = bytearray()
        while (packet := self._cut()) is not None:
            self._take(packet, at_ns, acknowledgements)
        if acknowledgements:
            self._send(bytes(acknowledgements))

    def close(self) -> None:
        """Go without a word; the session is clean."""
        self._socket.close()

    def _next_id(self) -> bytes:
        self._packet_id = self._packet_id % 65535 + 1
        return self._packet_id.to_bytes(2, "big")

    def _send(self, data: bytes) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise BrokerGone(str(error)) from error

    def _await(self, kind: int) -> None:
        while kind not in self._answers:
            self.read()

    def _cut(self) -> tuple[int, bytes] | None:
        rest, length, shift, at = self._rest, 0, 0, 1
        while True:
            if len(rest) <= at:
                return None
            length |= (rest[at] & 0x7F) << shift
            shift, at = shift + 7, at + 1
            if not rest[at - 1] & 0x80:
                break
        if len(rest) < at + length:
            return None
        self._rest = rest[at + length :]
        return rest[0], rest[at : at + length]

    def _take(self, packet: tuple[int, bytes], at_ns: int, acknowledgements: bytearray) -> None:
        head, body = packet
        if head >> 4 != PUBLISH:
            self._answers.add(head >> 4)
            return
        size = int.from_bytes(body[:2], "big")
        topic, payload = body[2 : 2 + size].decode(), body[2 + size :]
        if head & 0x06:
            acknowledgements += bytes((PUBACK, 2)) + payload[:2]
            payload = payload[2:]
        self._heard(Message(topic=topic, payload=payload, retained=bool(head & 1), at_ns=at_ns))
