"""Checks that bytes are one whole JPEG picture (ITU-T T.81 annex B), without decoding it."""

from __future__ import annotations

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
    size: tuple[int, int] | None = None
    at = 2
    while True:
        at, marker = _next_marker(data, at)
        if marker == _END:
            break
        if marker in _ALONE:
            continue
        length = int.from_bytes(data[at : at + 2], "big")
        if length < 2 or at + length > len(data):  # noqa: PLR2004 - the length counts its own two bytes
            _refuse(f"the camera's picture is cut short after {len(data)} bytes")
        if marker in _FRAMES:
            size = int.from_bytes(data[at + 5 : at + 7], "big"), int.from_bytes(data[at + 3 : at + 5], "big")
        at += length
        if marker == _SCAN:
            at = _after_scan(data, at)
    if size is None or not all(_SMALLEST <= side <= _LARGEST for side in size):
        _refuse("the camera's picture has no sensible size")
    return JpegSize(width=size[0], height=size[1], length=at)


def _next_marker(data: bytes, at: int) -> tuple[int, int]:
    """Returns the position of the segment's content, and its marker; fill bytes are skipped."""
    if at >= len(data):
        _refuse(f"the camera's picture is cut short after {len(data)} bytes")
    if data[at] != 0xFF:  # noqa: PLR2004 - every marker begins so
        _refuse("the camera's picture is damaged")
    while at < len(data) and data[at] == 0xFF:  # noqa: PLR2004 - fill bytes
        at += 1
    if at >= len(data):
        _refuse(f"the camera's picture is cut short after {len(data)} bytes")
    return at + 1, data[at]


def _after_scan(data: bytes, at: int) -> int:
    """Returns the position of the first marker behind entropy-coded data; stuffed bytes and restarts belong to it."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            _refuse(f"the camera's picture is cut short after {len(data)} bytes")
        if data[at + 1] != 0 and data[at + 1] not in _ALONE:
            return at
        at += 2


def _refuse(message: str) -> NoReturn:
    raise ActionFailed(message)
