"""One connection to a camera or another small server, and the requests on it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable

from bridge.errors import ActionFailed
from bridge.system.http.body import body_of
from bridge.system.http.head import Head, HeadReader
from bridge.system.tcp import connect_tcp

ADDRESS_LIMIT_S = 4.0
SKIP_S = 1.0
READ_BYTES = 16 * 1024
"""Small portions: the loop, and with it every alarm, has its turn between two."""

Header = tuple[str, bytes]


class ClosedEarly(ActionFailed):
    """The connection ended before the first byte of an answer."""

    def __init__(self) -> None:
        super().__init__("closed the connection without an answer")


class Exchange:
    """One connection to a camera; the caller bounds each call by a time limit, and always calls `close`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._rest = b""
        self._is_idle = False

    @property
    def is_idle(self) -> bool:
        """Whether the last answer was read to its end, and the connection can take another request."""
        return self._is_idle

    @classmethod
    async def open(cls, host: str, port: int, *, context: ssl.SSLContext | None) -> Exchange:
        """Connects, with TLS if there is a context, and returns the exchange.

        Raises OSError (of which ssl.SSLError is one), or UnicodeError if `host` cannot be a name.
        """
        connection = await connect_tcp(host, port, address_limit_s=ADDRESS_LIMIT_S)
        try:
            return cls(
                *await asyncio.open_connection(
                    sock=connection,
                    limit=READ_BYTES,
                    ssl=context,
                    server_hostname=host if context is not None else None,
                )
            )
        except BaseException:
            connection.close()
            raise

    async def get(self, target: str, headers: Iterable[Header]) -> Head:
        """Sends a GET for `target`. Returns as `request` does, and raises its errors."""
        return await self.request("GET", target, headers)

    async def request(self, method: str, target: str, headers: Iterable[Header], content: bytes = b"") -> Head:
        """Sends a request. Returns the head of the answer; `body` or `skip_body` then reads the rest.

        `headers` say the length of the content, if there is any.

        Raises:
            ClosedEarly: the camera closed the connection without an answer.
            OSError: the connection broke.
            ActionFailed: the answer ends too early.
            ActionError: the answer cannot be read.
        """
        lines = [f"{method} {target} HTTP/1.1".encode("ascii")]
        lines += [name.encode("ascii") + b": " + value for name, value in headers]
        head = HeadReader()
        self._is_idle = False
        try:
            self._writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + content)
            await self._writer.drain()
            while data := await self._read():
                if (found := head.feed(data)) is not None:
                    self._rest = head.rest
                    return found
        except ConnectionError as error:
            if head.is_empty:
                raise ClosedEarly from error
            raise
        if head.is_empty:
            raise ClosedEarly
        message = "closed the connection in the middle of its answer's header"
        raise ActionFailed(message)

    async def body(self, head: Head, *, largest: int) -> AsyncIterator[bytes]:
        """Yields the content of the answer's body, until the body or the connection ends.

        Raises OSError if the connection breaks, and ActionFailed for a body that is too large or cannot be read.
        """
        body = body_of(head, largest=largest)
        self._is_idle = False
        data, self._rest = self._rest, b""
        while not body.is_complete:
            if data and (content := body.feed(data)):
                yield content
            if body.is_complete or not (data := await self._read()):
                break
        self._is_idle = body.is_complete and head.is_kept_alive

    async def skip_body(self, head: Head, *, largest: int) -> bool:
        """Reads and drops a body of at most `largest` bytes, within `SKIP_S`.

        Returns whether the connection can take another request; False also if the body is larger, late or broken.
        """
        if not head.is_kept_alive or not (head.all("content-length") or head.all("transfer-encoding")):
            return False
        size = 0
        try:
            async with asyncio.timeout(SKIP_S):
                async for content in self.body(head, largest=largest):
                    size += len(content)
                    if size > largest:
                        return False
        except (ActionFailed, OSError):  # a time-out is one: a body shorter than announced
            return False
        return self._is_idle

    def close(self) -> None:
        """Closes the connection at once, whatever the camera still sends."""
        self._writer.transport.abort()

    async def _read(self) -> bytes:
        # A read of what has arrived already does not give the loop a turn.
        """Returns the next bytes, none at the end of the connection; the loop gets a turn first."""
        await asyncio.sleep(0)
        return await self._reader.read(READ_BYTES)
