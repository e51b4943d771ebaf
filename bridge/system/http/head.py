"""The head of a camera's answer: status and header fields, read as leniently as browsers do (pure).

Cameras write spaces before colons, bare line feeds, no reason, folded lines, lines without a colon and
old versions (RFC 9112 asks a client to accept most of it). Only the size is strict.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bridge.errors import ActionFailed, ActionRefused

LARGEST_HEAD = 32 * 1024
MOST_LINES = 200
JPEG_START = b"\xff\xd8\xff"

_STATUS_LINE = re.compile(rb"(?:HTTP/(\d{1,3}(?:\.\d{1,3})?)|ICY)[ \t]+(\d{3})(?:[ \t].*)?", re.IGNORECASE)
_OTHER_PROTOCOLS = {
    b"RTSP/": "speaks RTSP at this port, not HTTP: check the port",
    b"\x15\x03": "speaks TLS at this port: put https:// into its address",
    b"\x16\x03": "speaks TLS at this port: put https:// into its address",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Status and header fields, their names in lower case."""

    status: int
    version: str = "1.0"
    fields: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Returns the values of each field of this name (in lower case), in their order.

        None if there is no such field.
        """
        return tuple(value for each, value in self.fields if each == name)

    def get(self, name: str) -> str:
        """Returns the first value of a field; an empty text if there is no such field."""
        return next(iter(self.all(name)), "")

    @property
    def is_kept_alive(self) -> bool:
        """Whether the connection may be used for another request."""
        words = ",".join(self.all("connection")).lower()
        return "close" not in words and (self.version == "1.1" or "keep-alive" in words)


class HeadReader:
    """Reads one head from the bytes of a connection; interim answers (1xx) before it are skipped."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._lines: list[bytes] = []
        self._size = self._count = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing has arrived yet."""
        return not self._data and not self._size

    @property
    def rest(self) -> bytes:
        """The bytes that arrived after the head."""
        return bytes(self._data)

    def feed(self, data: bytes) -> Head | None:
        """Adds bytes that arrived. Returns the head, or None while its end is missing.

        A picture without a head (HTTP/0.9) gets the head of an answer that ends with the connection.

        Raises:
            ActionFailed: this is no HTTP, or the head is larger than `LARGEST_HEAD`.
            ActionRefused: this is another protocol.
        """
        self._data += data
        while True:
            if not self._lines and self._data.startswith(JPEG_START):
                return Head(status=200)
            line = self._next_line()
            if line is None:
                return None
            if line or not self._lines:
                self._take(line)
                continue
            head = _head(self._lines)
            self._lines = []
            if not 100 <= head.status < 200 or head.status == 101:  # noqa: PLR2004 - interim; 101 ends HTTP
                return head

    def _next_line(self) -> bytes | None:
        """Returns the next line without its end, or None while it is incomplete. Raises as `feed` does."""
        end = self._data.find(b"\n")
        if end < 0:
            self._check_size(len(self._data))
            self._check_begin(bytes(self._data[:16]))
            return None
        line = bytes(self._data[:end]).removesuffix(b"\r")
        del self._data[: end + 1]
        self._size, self._count = self._size + end + 1, self._count + 1
        self._check_size(0)
        return line

    def _take(self, line: bytes) -> None:
        """Adds a line to the head; the first must be a status line. Raises as `feed` does."""
        if not self._lines:
            if not line.strip():
                return  # an empty line before the status line, left over from the answer before
            if _STATUS_LINE.fullmatch(line.strip()) is None:
                self._check_begin(line)
                message = "sends no HTTP"
                raise ActionFailed(message)
        self._lines.append(line)

    def _check_size(self, pending: int) -> None:
        """Raises ActionFailed if the head, with `pending` more bytes, is too large."""
        if self._size + pending > LARGEST_HEAD or self._count > MOST_LINES:
            message = f"its answer's header does not end (more than {LARGEST_HEAD >> 10} kB or {MOST_LINES} lines)"
            raise ActionFailed(message)

    def _check_begin(self, begin: bytes) -> None:
        """Raises ActionRefused if the answer begins as another protocol does."""
        for mark, message in _OTHER_PROTOCOLS.items():
            if not self._lines and begin.startswith(mark):
                raise ActionRefused(message)


def _head(lines: list[bytes]) -> Head:
    """Returns the head of these lines, of which the first is a status line; a line without a colon is left out."""
    status_line = _STATUS_LINE.fullmatch(lines[0].strip())
    assert status_line is not None  # noqa: S101 - it was checked as it came
    fields: list[tuple[str, str]] = []
    for line in lines[1:]:
        if line[:1] in (b" ", b"\t"):
            if fields:  # a folded line goes on with the one before (RFC 9112 5.2)
                name, value = fields[-1]
                fields[-1] = name, f"{value} {_text(line)}"
            continue
        raw_name, colon, raw_value = line.partition(b":")
        name = _text(raw_name).lower()
        if colon and name:
            fields.append((name, _text(raw_value)))
    version = (status_line[1] or b"1.0").decode("ascii")
    return Head(status=int(status_line[2]), version=version, fields=tuple(fields))


def _text(raw: bytes) -> str:
    """Returns bytes of a header as text, without blanks around it."""
    return raw.decode("latin-1").strip(" \t\r\n\0")
