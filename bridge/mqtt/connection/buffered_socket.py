"""A connected socket with a buffer on either side.

paho reads a packet as one byte, then one byte, then the rest, and writes each packet on its own.
With the buffers one system call reads all packets that have come, and one writes all that go out.
"""

from __future__ import annotations

import contextlib
import socket
import ssl

CHUNK = 64 * 1024
_PUBACK = 0x40
_FAILED = 128
"""MQTT 5, 2.4: reason codes from here on are failures."""
_ID, _ID_CODE_AND_LENGTH = 2, 4
LARGEST_PACKET = 4 * 1024 * 1024
"""Bytes. No topic of ours has larger packets, and they would fill the memory before they could be refused."""


class BufferedSocket:
    """The socket that paho reads and writes.

    The event loop watches `fileno`, calls `fill` when it can be read and `flush` when it can be
    written; `recv` and `send` only touch the buffers.
    """

    def __init__(self, connected: socket.socket) -> None:
        self.error: OSError | None = None
        """The error that broke the connection; None while it stands, and after the peer closed it in good order."""
        self.ended = False
        self._socket = connected
        self._in = b""
        self._at = 0
        self._out = bytearray()

    @property
    def has_input(self) -> bool:
        """Whether `recv` would return bytes, or the end of the stream."""
        return self._at < len(self._in) or self.ended

    def fill(self) -> None:
        """Reads all bytes that have come. Never raises: a broken connection sets `ended`."""
        chunks = [self._in[self._at :]]
        try:
            while True:
                chunk = self._socket.recv(CHUNK)
                chunks.append(chunk)
                self.ended = not chunk
                # The event loop does not see what TLS has read ahead.
                if self.ended or not isinstance(self._socket, ssl.SSLSocket) or not self._socket.pending():
                    break
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass  # nothing more for now
        except OSError as error:
            self._break(error)
        self._in = b"".join(chunks)
        self._at = 0

    def flush(self) -> bool:
        """Writes the unsent bytes. Returns whether some are left until the socket is writable again."""
        try:
            while self._out:
                del self._out[: self._socket.send(self._out)]
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except OSError as error:
            self._out.clear()
            # The peer's last packets give more of a reason than the failed write.
            self.fill()
            if not self.ended:
                self._break(error)
        return False

    def recv(self, count: int) -> bytes:
        """For paho: returns at most `count` bytes, none at the end. Raises `BlockingIOError` when none have come."""
        if count > LARGEST_PACKET:
            message = f"the broker sent a packet of {count} bytes"
            self._break(OSError(message))
            return b""
        chunk = self._in[self._at : self._at + count]
        if not chunk and not self.ended:
            raise BlockingIOError
        self._at += len(chunk)
        return chunk

    def take_plain_puback(self) -> int | None:
        """Reads a PUBACK without properties that is no refusal, if the next packet is one.

        Nearly all packets of a broker are such, and paho parses each byte by byte and makes
        three objects of it. MQTT 5, 3.4: an identifier, then nothing, or a reason code (below 128
        it is a success), or that and the length of no properties.

        Returns its packet identifier, or None when another packet, or none, is next.
        """
        begin, data = self._at, self._in
        if len(data) < begin + 4 or data[begin] != _PUBACK:
            return None
        size = data[begin + 1]
        end = begin + 2 + size
        if not _ID <= size <= _ID_CODE_AND_LENGTH or len(data) < end:
            return None
        if size > _ID and (data[begin + 4] >= _FAILED or any(data[begin + 5 : end])):
            return None
        self._at = end
        return data[begin + 2] << 8 | data[begin + 3]

    def send(self, data: bytes | bytearray) -> int:
        """For paho: buffers all of `data`. The window of publishes bounds the unsent bytes."""
        self._out += data
        return len(data)

    def fileno(self) -> int:
        """Returns the socket's descriptor, -1 once it is closed."""
        return self._socket.fileno()

    def setblocking(self, _flag: bool) -> None:  # noqa: FBT001 - paho's protocol
        """For paho; the socket never blocks anyway."""

    def close(self) -> None:
        """Sends the unsent bytes as far as the socket takes them now, and closes it."""
        if self._socket.fileno() >= 0:
            self.flush()
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
        self._socket.close()

    def _break(self, error: OSError) -> None:
        self.error = error
        self.ended = True
