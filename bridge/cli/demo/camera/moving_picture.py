"""The picture of the simulated camera: bars of colour, a square that moves, and the time of day (pure)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bridge.cli.demo.camera.mosaic_jpeg import Colour, colour, jpeg_of

WIDTH: Final = 64
HEIGHT: Final = 36
"""In squares of 8 pixels: 512 by 288 pixels."""
_BARS: Final = tuple(
    colour(*lights)
    for lights in (
        (191, 191, 191),
        (191, 191, 0),
        (0, 191, 191),
        (0, 191, 0),
        (191, 0, 191),
        (191, 0, 0),
        (0, 0, 191),
        (32, 32, 32),
    )
)
_BLACK: Final = colour(0, 0, 0)
_WHITE: Final = colour(255, 255, 255)
_RED: Final = colour(255, 48, 48)
_DIGITS: Final = {
    "0": "75557",
    "1": "26227",
    "2": "71747",
    "3": "71717",
    "4": "55711",
    "5": "74717",
    "6": "74757",
    "7": "71111",
    "8": "75757",
    "9": "75717",
    ":": "02020",
}
"""Five rows of three squares each, the bits of an octal digit a row."""
_BAND: Final = 8
"""Rows of the band with the time, at the bottom."""
_SIDE: Final = 6
"""Of the square that moves."""


def picture_at(now: datetime, *, motion: bool) -> bytes:
    """Returns the picture of a moment as a JPEG: the square is red while there is motion, and else white."""
    rows = [[_BARS[x * len(_BARS) // WIDTH] for x in range(WIDTH)] for _ in range(HEIGHT - _BAND)]
    rows += [[_BLACK] * WIDTH for _ in range(_BAND)]
    tenths = (now.minute * 60 + now.second) * 10 + now.microsecond // 100_000
    left, top = tenths % (WIDTH - _SIDE), tenths // 7 % (HEIGHT - _BAND - _SIDE)
    for y in range(top, top + _SIDE):
        rows[y][left : left + _SIDE] = [_RED if motion else _WHITE] * _SIDE
    _write(rows, f"{now:%H:%M:%S}", left=(WIDTH - 8 * 4) // 2, top=HEIGHT - _BAND + 1)
    return jpeg_of(rows)


def _write(rows: list[list[Colour]], text: str, *, left: int, top: int) -> None:
    """Writes digits and colons in white."""
    for place, letter in enumerate(text):
        for y, bits in enumerate(_DIGITS[letter]):
            for x in range(3):
                if int(bits, 8) >> (2 - x) & 1:
                    rows[top + y][left + 4 * place + x] = _WHITE
