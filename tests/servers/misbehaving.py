"""A server that speaks no protocol at all: each kind of misbehaviour is what it does with a connection."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from typing import Self

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


class MisbehavingServer:
    """One kind of misbehaviour on a free port; every connection gets a thread."""

    def __init__(self, kind: Misbehaviour) -> None:
        self._kind = kind
        self._ends = threading.Event()
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()
        self._listening.close()

    def _begin(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="misbehaving server", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._ends.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self._listening.accept()
                self._connections.append(connection)
                self._begin(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self._kind(connection, self._ends)
