"""A JPEG encoder for mosaics: pictures of one-coloured squares of 8 by 8 pixels (pure; ITU-T T.81).

Such a square is one coefficient a component, so the transform that makes encoders large falls away.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Final

Colour = tuple[int, int, int]
"""Luminance and both chrominances, 0 to 255 each."""
CELL: Final = 8
"""Pixels on a side of a square."""
_STEP: Final = 8
"""Quantisation: the coefficient of a level v is 8 (v - 128), so this keeps every level."""
_DC_LENGTHS: Final = (0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)
"""Codes of each length for the number of bits of a difference, 0 to 11 (Annex K, table K.3)."""
_END_OF_BLOCK: Final = "0"
"""The one code of the other table."""


def colour(red: int, green: int, blue: int) -> Colour:
    """Returns a colour given in 0 to 255 of each light (JFIF 1.02)."""
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    return round(light), round(128 + 0.564 * (blue - light)), round(128 + 0.713 * (red - light))


def jpeg_of(rows: Sequence[Sequence[Colour]]) -> bytes:
    """Returns the picture of rows of squares, all of one length."""
    height, width = len(rows) * CELL, len(rows[0]) * CELL
    size = height.to_bytes(2, "big") + width.to_bytes(2, "big")
    components = b"".join(bytes((number, 0x11, 0)) for number in (1, 2, 3))
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0"),
            _segment(0xDB, b"\0" + bytes([_STEP] * 64)),
            _segment(0xC0, b"\x08" + size + b"\x03" + components),
            _segment(0xC4, b"\0" + bytes(_DC_LENGTHS) + bytes(range(12))),
            _segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0"),
            _segment(0xDA, b"\x03" + b"".join(bytes((number, 0)) for number in (1, 2, 3)) + b"\0\x3f\0"),
            _scan(rows),
            b"\xff\xd9",
        )
    )


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2, "big") + content


def _scan(rows: Sequence[Sequence[Colour]]) -> bytes:
    """Returns the coded squares: of each component the difference to the square before."""
    before = (128, 128, 128)
    bits: list[str] = []
    for row in rows:
        for square in row:
            bits += [_difference(new - old) for new, old in zip(square, before, strict=True)]
            before = square
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\0")


@cache
def _difference(value: int) -> str:
    """Returns the bits of one component of a square (F.1.2.1)."""
    length = abs(value).bit_length()
    low = value if value >= 0 else value + (1 << length) - 1
    return _CODES[length] + (f"{low:0{length}b}" if length else "") + _END_OF_BLOCK


def _codes() -> list[str]:
    """Returns the code of each number of bits (Annex C.2)."""
    first = accumulate(_DC_LENGTHS, lambda code, count: (code + count) << 1, initial=0)
    return [
        f"{code + each:0{length}b}"
        for length, (code, count) in enumerate(zip(first, _DC_LENGTHS, strict=False), start=1)
        for each in range(count)
    ]


_CODES: Final = _codes()
