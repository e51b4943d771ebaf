"""Samples of a WAV file made fit for a player: 16 bits, and the volume."""

from __future__ import annotations

import array
import sys

_FLIP_SIGN = bytes(value ^ 0x80 for value in range(256))
"""8-bit samples are unsigned: 128 is silence."""


def as_16_bit(block: bytes, *, bits: int) -> bytes:
    """Returns samples of a WAV file as signed 16 bits, little-endian; finer samples are truncated."""
    if bits == 16:  # noqa: PLR2004 - they are already
        return block
    width = bits // 8
    out = bytearray(len(block) // width * 2)
    if width == 1:
        out[1::2] = block.translate(_FLIP_SIGN)
    else:
        out[0::2] = block[width - 2 :: width]
        out[1::2] = block[width - 1 :: width]
    return bytes(out)


class Volume:
    """Scales samples to 0 to 100 percent of the amplitude, by a table, as Python 3.13 has no audioop."""

    def __init__(self, percent: int) -> None:
        self._full = percent >= 100  # noqa: PLR2004 - percent
        # Sign is in the index: a negative one counts from the table's end.
        levels = (*range(32_768), *range(-32_768, 0))
        self._table = array.array("h", () if self._full else (level * percent // 100 for level in levels))

    def applied(self, block: bytes) -> bytes:
        """Returns signed 16-bit samples, little-endian, at this volume."""
        if self._full:
            return block
        samples = array.array("h", block)
        if sys.byteorder == "big":
            samples.byteswap()
        scaled = array.array("h", map(self._table.__getitem__, samples))
        if sys.byteorder == "big":
            scaled.byteswap()
        return scaled.tobytes()
