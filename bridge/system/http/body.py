"""The body of a camera's answer: where it ends, and its bytes without chunks and compression (pure).

What the header says of the body is a hint: the picture ends where its own markers say.
"""

from __future__ import annotations

import re
import zlib
from typing import Protocol

from bridge.errors import ActionFailed
from bridge.system.http.head import JPEG_START, Head

LONGEST_SIZE_LINE = 256
_NUMBER = re.compile(r"[0-9]{1,15}")
_SIZE = re.compile(rb"(?:0[xX])?([0-9a-fA-F]{1,12})")
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_COMPRESSED = (b"\x1f\x8b", b"\x78")
"""The first bytes of gzip and of zlib; some servers say that a plain picture is compressed."""


class Body(Protocol):
    """The bytes of a body, in whatever way they are framed."""

    @property
    def is_complete(self) -> bool:
        """Whether the body has ended by its own framing; always False for one that ends with the connection."""

    def feed(self, data: bytes) -> bytes:
        """Takes bytes that arrived. Returns those of the content, perhaps none yet.

        Raises ActionFailed for broken framing.
        """


def body_of(head: Head, *, largest: int) -> Body:
    """Returns the reader of the body that belongs to a head.

    Unpacked, the body has at most about `largest` bytes. Raises ActionFailed for two different announced lengths, or a
    length above `largest`.
    """
    body: Body
    if "chunked" in ",".join(head.all("transfer-encoding")).lower():
        body = ChunkedBody()  # a length beside it means nothing (RFC 9112 6.3)
    else:
        length = announced_length(head)
        if length is not None and length > largest:
            message = f"the answer is larger than {largest >> 20} MiB ({length} bytes)"
            raise ActionFailed(message)
        body = PlainBody(length=length)
    encoding = head.get("content-encoding").lower()
    return body if encoding in ("", "identity") else UnpackedBody(body, largest=largest)


def announced_length(head: Head) -> int | None:
    """Returns the number of Content-Length; None if there is none, or it is no number.

    Raises ActionFailed for two lengths that differ.
    """
    given = {value.strip() for each in head.all("content-length") for value in each.split(",")}
    if len(given) > 1:
        message = f"its answer has {len(given)} different lengths (Content-Length)"
        raise ActionFailed(message)
    number = next(iter(given), "")
    return int(number) if _NUMBER.fullmatch(number) else None


class PlainBody:
    """A body of `length` bytes, or one that ends with the connection."""

    def __init__(self, *, length: int | None) -> None:
        self._left = length

    @property
    def is_complete(self) -> bool:
        """Whether all announced bytes have arrived; always False for a body that ends with the connection."""
        return self._left == 0

    def feed(self, data: bytes) -> bytes:
        """Returns the bytes up to the announced length."""
        if self._left is None:
            return data
        data = data[: self._left]
        self._left -= len(data)
        return data


class ChunkedBody:
    """Chunks (RFC 9112 7.1), with the sizes and line ends that cameras write; a plain picture passes as it is."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._left = 0
        self._begun = self._plain = False
        self.is_complete = False

    def feed(self, data: bytes) -> bytes:
        """Returns the content of the chunks in `data`, perhaps none yet.

        Raises ActionFailed for a chunk without a size.
        """
        self._data += data
        if not self._begun and self._data.startswith(JPEG_START):
            self._plain = True
        content = bytearray()
        while self._data and not self.is_complete:
            if self._plain or self._left:
                piece = self._data if self._plain else self._data[: self._left]
                content += piece
                self._left = max(0, self._left - len(piece))
                del self._data[: len(piece)]
            elif not self._next_size():
                break
        return bytes(content)

    def _next_size(self) -> bool:
        """Reads the size of the next chunk. Returns False while its line is incomplete.

        Raises ActionFailed if it has none.
        """
        del self._data[: len(self._data) - len(self._data.lstrip(b"\r\n \t"))]
        end = self._data.find(b"\n")
        if end < 0 and len(self._data) <= LONGEST_SIZE_LINE:
            return False
        line = bytes(self._data[: end if end >= 0 else LONGEST_SIZE_LINE])
        size = _SIZE.fullmatch(line.split(b";")[0].strip())
        if size is None or end < 0:
            message = "its answer is broken between two chunks"
            raise ActionFailed(message)
        del self._data[: end + 1]
        self._begun, self._left = True, int(size[1], 16)
        self.is_complete = self._left == 0
        return True


class UnpackedBody:
    """A body in gzip or deflate, unpacked; one that is not compressed in spite of its header passes as it is."""

    def __init__(self, packed: Body, *, largest: int) -> None:
        self._packed = packed
        self._room = largest + 1
        self._first = b""
        self._unpack: zlib._Decompress | None = None
        self._plain = False

    @property
    def is_complete(self) -> bool:
        """Whether the packed body has ended."""
        return self._packed.is_complete

    def feed(self, data: bytes) -> bytes:
        """Returns the unpacked content of `data`, perhaps none yet; in all calls together at most `largest` + 1 bytes.

        Raises ActionFailed for damaged data.
        """
        data = self._packed.feed(data)
        if self._unpack is None and not self._plain:
            self._first += data
            if len(self._first) < 2 and not self.is_complete:  # noqa: PLR2004 - the mark of gzip
                return b""
            data, self._first = self._first, b""
            self._plain = not data.startswith(_COMPRESSED)
            self._unpack = None if self._plain else zlib.decompressobj(_GZIP_OR_ZLIB)
        if self._unpack is None or self._room <= 0:
            return data if self._plain else b""
        try:
            content = self._unpack.decompress(data, self._room)
        except zlib.error:
            message = "its compressed answer is damaged"
            raise ActionFailed(message) from None
        self._room -= len(content)
        return content
