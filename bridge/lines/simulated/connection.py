"""One connection to the simulated board: commands in, answers and watched changes out.

Memory is bounded: commands are not read while too many answers wait, and a watcher that lets too
much wait is disconnected.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable

READ_BYTES = 4096
"""Some 200 commands: the share of one connection in a turn of the loop."""
LONGEST_COMMAND_BYTES = 1024
MOST_UNSENT_BYTES = 1024 * 1024
"""The answers to 80 000 commands: a client may send a great many before it reads."""
TOO_LONG = b'{"ok": false, "error": "a command has at most 1024 bytes"}\n'
_log = logging.getLogger(__name__)


class BoardConnection:
    """Executes the commands of a client in order by `obey`, which returns the answer; calls `gone` once, at its end."""

    def __init__(
        self,
        *,
        sock: socket.socket,
        loop: asyncio.AbstractEventLoop,
        obey: Callable[[str], bytes],
        gone: Callable[[BoardConnection], object],
    ) -> None:
        self._sock = sock
        self._loop = loop
        self._obey = obey
        self._gone = gone
        self._partial = b""
        self._unsent = bytearray()
        self._ended = False
        """Whether the client has ended its side."""
        self._deaf = False
        """Whether the client reads no more; its commands are executed all the same."""
        self._closed = False
        self._waits_to_send = False
        self._paused = False
        self.watches = False
        loop.add_reader(sock.fileno(), self._read)

    def show(self, line: bytes) -> None:
        """Sends a line to a watcher, after the answers that wait; closes the connection if too much waits."""
        if len(self._unsent) + len(line) > MOST_UNSENT_BYTES:
            _log.warning("a watcher of the simulated board does not read and is thrown out")
            self.close()
            return
        self._unsent += line
        self._send()

    def close(self) -> None:
        """Closes the connection and calls `gone`; a second call does nothing."""
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._sock.fileno())
        self._loop.remove_writer(self._sock.fileno())
        self._sock.close()
        self._gone(self)

    def _read(self) -> None:
        """Reads what has come and answers each whole line; pauses while the client reads too slowly."""
        try:
            data = self._sock.recv(READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except ConnectionError:
            data, self._deaf = b"", True
        *commands, self._partial = (self._partial + data).split(b"\n")
        if not data:
            self._ended = True
            self._loop.remove_reader(self._sock.fileno())
            commands, self._partial = ([self._partial] if self._partial else []), b""
        for command in commands:
            self._answer(command)
        if len(self._partial) > LONGEST_COMMAND_BYTES:
            self._unsent += TOO_LONG
            self._ended, self._partial = True, b""
        if self._ended or len(self._unsent) > MOST_UNSENT_BYTES:
            self._paused = True
            self._loop.remove_reader(self._sock.fileno())
        # A turn later: the engine goes first, the client's answer is in no hurry.
        self._loop.call_soon(self._send)

    def _answer(self, command: bytes) -> None:
        """Obeys one command and buffers the answer; one that is too long is refused."""
        if len(command) > LONGEST_COMMAND_BYTES:
            self._unsent += TOO_LONG
            return
        words = command.decode("utf-8", "replace").strip()
        self._unsent += self._obey(words)
        self.watches = self.watches or words == "watch"

    def _send(self) -> None:
        """Sends the buffered answers as far as the socket takes them, and watches it for the rest."""
        if self._closed:
            return
        if self._deaf:
            self._unsent.clear()
        try:
            while self._unsent:
                del self._unsent[: self._sock.send(self._unsent)]
        except (BlockingIOError, InterruptedError):
            if not self._waits_to_send:
                self._waits_to_send = True
                self._loop.add_writer(self._sock.fileno(), self._send)
            return
        except OSError:
            self._deaf = True
            self.watches = False
            self._unsent.clear()
        self._sent()

    def _sent(self) -> None:
        """Reads on, or closes after the last answer; called when nothing waits to be sent."""
        if self._waits_to_send:
            self._waits_to_send = False
            self._loop.remove_writer(self._sock.fileno())
        if self._ended:
            self.close()
        elif self._paused:
            self._paused = False
            self._loop.add_reader(self._sock.fileno(), self._read)
