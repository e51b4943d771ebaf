"""A connected socket with a buffer on either side.

paho reads a packet as one byte, then one byte, then the rest, and writes each packet on its own.
Behind this it costs one system call for all packets that have come, and one for all that go out.
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
"""Bytes. Larger ones are none of ours, and would fill the memory before anybody could refuse them."""


class BufferedSocket:
    """What paho takes for a socket.

    The event loop watches `fileno`, calls `fill` when it can be read and `flush` when it can be
    written; `recv` and `send` only touch the buffers.
    """

    def __init__(self, connected: socket.socket) -> None:
        self.error: OSError | None = None
        """Why it broke; None while it stands, and when the other side closed in good order."""
        self.ended = False
        self._socket = connected
        self._in = b""
        self._at = 0
        self._out = bytearray()

    @property
    def has_input(self) -> bool:
        """Whether `recv` has something to give, or the end to tell."""
        return self._at < len(self._in) or self.ended

    def fill(self) -> None:
        """Read what has come. Never raises: a broken connection shows as its end."""
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
        """Write what goes out; whether some is left for when the socket can be written again."""
        try:
            while self._out:
                del self._out[: self._socket.send(self._out)]
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except OSError as error:
            self._out.clear()
            # The other side's last words say more than that it does not listen any more.
            self.fill()
            if not self.ended:
                self._break(error)
        return False

    def recv(self, count: int) -> bytes:
        """For paho: some bytes, none at the end."""
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
        """The identifier of a PUBACK that only says yes, if that is what comes next, and takes it.

        Nearly all that a broker says to us is this, and paho takes each apart byte by byte and makes
        three objects of it. MQTT 5, 3.4: an identifier, then nothing, or a reason code (below 128
        it is a yes), or that and the length of no properties.
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
        """For paho: takes everything; what is unsent is bounded by the window of publishes."""
        self._out += data
        return len(data)

    def fileno(self) -> int:
        """The socket's, -1 once closed."""
        return self._socket.fileno()

    def setblocking(self, _flag: bool) -> None:  # noqa: FBT001 - paho's protocol
        """For paho; it never blocks anyway."""

    def close(self) -> None:
        """Send what can still be sent, and close."""
        if self._socket.fileno() >= 0:
            self.flush()
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
        self._socket.close()

    def _break(self, error: OSError) -> None:
        self.error = error
        self.ended = True
