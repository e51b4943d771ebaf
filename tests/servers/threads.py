"""A server on a free port of loopback whose every connection gets a thread."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from abc import ABC, abstractmethod
from typing import Self


class ThreadedServer(ABC):
    """`ends` is set when the test is over; a client that goes away ends its thread."""

    def __init__(self) -> None:
        self.ends = threading.Event()
        self._threads: list[threading.Thread] = []
        self._connections: list[socket.socket] = []

    @abstractmethod
    def serve(self, connection: socket.socket) -> None:
        """Talks with one client, and returns to hang up."""

    def secured(self, connection: socket.socket, context: ssl.SSLContext) -> socket.socket:
        """Returns the connection after the handshake; it is closed with the server, too."""
        secure = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._connections.append(secure)
        secure.do_handshake()
        return secure

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.ends.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
            assert not thread.is_alive()
        self._listening.close()

    def _begin(self, work, *arguments) -> None:
        thread = threading.Thread(target=work, args=arguments, name=type(self).__name__, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                self._connections.append(connection)
                self._begin(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self.serve(connection)
