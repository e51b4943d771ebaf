"""A picture as large as cameras make them, in every byte of which there is something."""

from __future__ import annotations

import os
from fractions import Fraction

import av

WIDTH = 1280
BYTES = 1_000_000


def _encoded(height: int) -> bytes:
    frame = av.VideoFrame(WIDTH, height, "yuvj420p")
    for plane in frame.planes:
        plane.update(os.urandom(plane.buffer_size))
    codec = av.CodecContext.create("mjpeg", "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = WIDTH, height, "yuvj420p", Fraction(1, 25)
    return b"".join(bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None)))


def big_jpeg() -> bytes:
    """A JPEG of noise, a little over 1 MB: as high as that takes."""
    trial = 256
    height = trial * BYTES // len(_encoded(trial))
    while len(jpeg := _encoded(height := height + 16 - height % 16)) < BYTES:
        continue
    return jpeg
