"""A connected socket that buffers what goes out: one system call writes all packets of a turn of the loop."""

from __future__ import annotations

import contextlib
import socket
import ssl

CHUNK = 64 * 1024


class BufferedSocket:
    """A socket that never blocks.

    The event loop watches `fileno`, calls `fill` when it can be read and `flush` when it can be written.
    """

    def __init__(self, connected: socket.socket) -> None:
        self.error: OSError | None = None
        """The error that broke the connection; None while it stands, and after the peer closed it in good order."""
        self.ended = False
        self._socket = connected
        self._late = b""
        """Bytes that came while writing failed; `fill` returns them."""
        self._out = bytearray()

    def fill(self) -> bytes:
        """Returns the bytes that have come, at most a few chunks. Never raises: a broken connection sets `ended`."""
        chunks = [self._late]
        self._late = b""
        try:
            while not self.ended:
                chunk = self._socket.recv(CHUNK)
                chunks.append(chunk)
                self.ended = not chunk
                # The event loop does not see what TLS has read ahead.
                if not isinstance(self._socket, ssl.SSLSocket) or not self._socket.pending():
                    break
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass  # nothing more for now
        except OSError as error:
            self._break(error)
        return b"".join(chunks)

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
            while not self.ended and (more := self.fill()):
                self._late += more
            if not self.ended:
                self._break(error)
        return False

    def send(self, data: bytes) -> None:
        """Buffers all of `data`, without a limit: the window of publishes bounds the unsent bytes."""
        self._out += data

    def fileno(self) -> int:
        """Returns the socket's descriptor, -1 once it is closed."""
        return self._socket.fileno()

    def close(self) -> None:
        """Sends the unsent bytes as far as the socket takes them now, and closes it."""
        if self._socket.fileno() >= 0:
            self.flush()
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)
        self._socket.close()

    def _break(self, error: OSError) -> None:
        self.error = error.with_traceback(None)  # whose frames hold this socket
        self.ended = True
