"""Checks that bytes are one whole JPEG picture (ITU-T T.81 annex B), without decoding it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from bridge.errors import ActionFailed

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_ALONE = {0x01, *range(0xD0, 0xD8)}
"""Markers without a length: TEM and the restart markers."""
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Start-of-frame markers; the three left out are tables and a reserved code."""
_SMALLEST, _LARGEST = 8, 16_384
"""Sides in pixels that a camera's picture can have."""
_MOST_MARKERS = 5000
_MARKER = re.compile(rb"\xff+([^\xff])", re.DOTALL)
"""A marker behind its fill bytes."""
_AFTER_SCAN = re.compile(rb"\xff[^\x00\x01\xd0-\xd7]", re.DOTALL)
"""The begin of a marker that ends entropy-coded data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JpegSize:
    """Width and height in pixels, and the picture's bytes including its end marker."""

    width: int
    height: int
    length: int


def measure(data: bytes) -> JpegSize:
    """Returns the size of the picture at the beginning of `data`; bytes after its end marker are padding.

    Raises ActionFailed for anything else: a page of text, a picture cut short, or one without a frame.
    """
    if not data:
        _refuse("the camera sent nothing")
    if data[:2] != bytes((0xFF, _START)):
        kind = "a text page" if data.lstrip()[:1] in (b"<", b"{") else "no JPEG picture"
        _refuse(f"the camera sent {kind}")
    size = JpegReader().look(data)
    if size is None:
        _refuse(f"the camera's picture is cut short after {len(data)} bytes")
    return size


class JpegReader:
    """Follows the markers of one picture while its bytes arrive; each byte is looked at once."""

    def __init__(self) -> None:
        self._at = 2
        self._is_in_scan = False
        self._markers = 0
        self._sides: tuple[int, int] | None = None

    def look(self, data: bytes | bytearray) -> JpegSize | None:
        """Reads on in `data`, which has the picture from its first byte on.

        Returns its size, or None while it is not whole. Raises ActionFailed if this is no JPEG, whatever bytes may
        follow.
        """
        while True:
            if self._is_in_scan and not self._leave_scan(data):
                return None
            if self._at < len(data) and data[self._at] != 0xFF:  # noqa: PLR2004 - every marker begins so
                _refuse("the camera's picture is damaged")
            found = _MARKER.match(data, self._at)
            if found is None:
                self._at = max(self._at, len(data) - 1)  # fill bytes alone
                return None
            marker = found[1][0]
            if marker == _END:
                return self._measured(found.end())
            if not self._pass_segment(data, marker, found.end()):
                return None

    def _leave_scan(self, data: bytes | bytearray) -> bool:
        """Goes to the first marker after entropy-coded data (stuffed bytes and restarts belong to that).

        Returns False while there is none yet.
        """
        found = _AFTER_SCAN.search(data, self._at)
        self._at = max(self._at, len(data) - 1) if found is None else found.start()
        self._is_in_scan = found is None
        return found is not None

    def _pass_segment(self, data: bytes | bytearray, marker: int, at: int) -> bool:
        """Goes behind the segment of `marker`, whose length is at `at`. Returns False while it is not whole.

        Raises ActionFailed for a damaged picture.
        """
        if marker not in _ALONE:
            if at + 2 > len(data):
                return False
            length = int.from_bytes(data[at : at + 2], "big")
            if length < 2:  # noqa: PLR2004 - the length counts its own two bytes
                _refuse("the camera's picture is damaged")
            if at + length > len(data):
                return False
            if marker in _FRAMES:
                sides = int.from_bytes(data[at + 5 : at + 7], "big"), int.from_bytes(data[at + 3 : at + 5], "big")
                self._sides = sides
            at += length
        self._at, self._is_in_scan = at, marker == _SCAN
        self._markers += 1
        if self._markers > _MOST_MARKERS:
            _refuse(f"the camera's picture has more than {_MOST_MARKERS} segments")
        return True

    def _measured(self, length: int) -> JpegSize:
        """Returns the size of the picture, which ends at `length`. Raises ActionFailed without sensible sides."""
        if self._sides is None or not all(_SMALLEST <= side <= _LARGEST for side in self._sides):
            _refuse("the camera's picture has no sensible size")
        return JpegSize(width=self._sides[0], height=self._sides[1], length=length)


def _refuse(message: str) -> NoReturn:
    """Raises ActionFailed with this message."""
    raise ActionFailed(message)
