"""A server that speaks no protocol at all: each kind of misbehaviour is what it does with a connection."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable

from servers.threads import ThreadedServer

Misbehaviour = Callable[[socket.socket, threading.Event], None]
"""What is done with a connection, until the event is set; the other side may go away at any time."""


def says_nothing(_connection: socket.socket, ends: threading.Event) -> None:
    ends.wait()


def closes_at_once(_connection: socket.socket, _ends: threading.Event) -> None:
    """It is closed by whoever called."""


def resets_at_once(connection: socket.socket, _ends: threading.Event) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def talks_garbage(connection: socket.socket, ends: threading.Event) -> None:
    connection.sendall(b"\x00\xff\x7f\r\n" * 100)
    ends.wait()


def never_ends_its_line(connection: socket.socket, ends: threading.Event) -> None:
    while not ends.is_set():
        connection.sendall(b"2" * 65_536)


def never_ends_its_lines(connection: socket.socket, ends: threading.Event) -> None:
    while not ends.is_set():
        connection.sendall(b"220-more follows\r\n" * 4096)


def drips(connection: socket.socket, ends: threading.Event) -> None:
    while not ends.wait(0.05):
        connection.sendall(b"2")


KINDS: tuple[Misbehaviour, ...] = (
    says_nothing, closes_at_once, resets_at_once, talks_garbage, never_ends_its_line, never_ends_its_lines, drips,
)  # fmt: skip


class MisbehavingServer(ThreadedServer):
    """One kind of misbehaviour on a free port."""

    def __init__(self, kind: Misbehaviour) -> None:
        super().__init__()
        self._kind = kind

    def serve(self, connection: socket.socket) -> None:
        self._kind(connection, self.ends)
