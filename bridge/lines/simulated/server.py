"""The simulated board's socket: one command a line, one JSON answer a line, in order.

Written on bare sockets: a command is executed in the very callback that its bytes wake, which is
the meaning of its time stamp, and the queue of unsent lines is bounded in bytes.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bridge.errors import BoardError
from bridge.lines.simulated.connection import BoardConnection

MOST_CONNECTIONS = 32
_LONGEST_PATH = 107
_log = logging.getLogger(__name__)


def listen(path: Path) -> socket.socket:
    """Returns a socket that listens at a path, in place of a socket that a dead process left there.

    The caller has the board's lock, so that no other daemon can be about to do the same.

    Raises:
        BoardError: the path is in use, or no socket can be made there.
    """
    if len(os.fsencode(path)) > _LONGEST_PATH:
        message = f"{path} is longer than the {_LONGEST_PATH} bytes that a socket's path may have"
        raise BoardError(message)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        _make_room(path)
        server.bind(os.fspath(path))
        path.chmod(0o660)
        server.listen(MOST_CONNECTIONS)
    except OSError as error:
        server.close()
        message = f"the simulated board cannot listen at {path}: {error.strerror}"
        raise BoardError(message) from error
    except BoardError:
        server.close()
        raise
    return server


def _make_room(path: Path) -> None:
    """Removes the socket of a dead process.

    Raises BoardError for one that is alive or a file of another kind, or OSError.
    """
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            message = f"{path} is no socket; it is not replaced"
            raise BoardError(message)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as probe:
            if probe.connect_ex(os.fspath(path)) == 0:
                message = f"another program listens at {path}"
                raise BoardError(message)
        path.unlink()


class BoardServer:
    """Accepts connections and passes their commands to `obey`.

    `obey` executes one command and returns its answer, a line of JSON; it never raises. A client that sent
    `watch` is a watcher: it gets each line of `show`.
    """

    def __init__(self, *, path: Path, obey: Callable[[str], bytes]) -> None:
        self._path = path
        self._listening = listen(path)
        self._obey = obey
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connections: set[BoardConnection] = set()

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Starts to accept connections; earlier ones have waited in the kernel."""
        self._loop = loop
        loop.add_reader(self._listening.fileno(), self._accept, loop)

    def show(self, line: bytes) -> None:
        """Sends a line to all watchers. A watcher that does not read is disconnected, never waited for."""
        for connection in [connection for connection in self._connections if connection.watches]:
            connection.show(line)

    def close(self) -> None:
        """Disconnects all clients, and removes the socket."""
        if self._loop is not None:
            self._loop.remove_reader(self._listening.fileno())
        for connection in list(self._connections):
            connection.close()
        self._listening.close()
        self._path.unlink(missing_ok=True)

    def _accept(self, loop: asyncio.AbstractEventLoop) -> None:
        """Accepts one connection; refuses it above the limit, and pauses when the system has no room."""
        try:
            accepted, _ = self._listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError as error:
            _log.warning("the simulated board cannot take a connection: %s", error.strerror)
            loop.remove_reader(self._listening.fileno())
            loop.call_later(1, self._resume, loop)
            return
        if len(self._connections) >= MOST_CONNECTIONS:
            _log.warning("the simulated board has %d connections and takes no more", MOST_CONNECTIONS)
            accepted.close()
            return
        accepted.setblocking(False)  # noqa: FBT003 - the socket's own interface
        self._connections.add(
            BoardConnection(sock=accepted, loop=loop, obey=self._obey, gone=self._connections.discard)
        )

    def _resume(self, loop: asyncio.AbstractEventLoop) -> None:
        """Accepts connections again, unless the server was closed meanwhile."""
        if self._listening.fileno() >= 0:
            loop.add_reader(self._listening.fileno(), self._accept, loop)
