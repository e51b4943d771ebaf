"""`python -m bridge.actions.media.shrink_process BYTES`: a JPEG on standard input, a smaller one on standard output.

A process of its own, for one picture: encoding takes as long as a hundred edges, and what a camera
sends may crash the library that decodes it.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import av
import av.error
import av.logging

from bridge.actions.media.picture import as_jpeg

_STEPS = ((1.0, 6), (0.75, 6), (0.5, 6), (0.5, 12), (0.25, 6), (0.25, 16), (0.125, 16))
"""Part of its sides, and FFmpeg's quality for MJPEG: as little as it takes, sides before quality."""
_NICENESS = 5
"""Alarms come first, also on one core."""


def smaller(jpeg: bytes, most_bytes: int) -> bytes | None:
    """The picture with at most so many bytes; None when it cannot be decoded, or never is that small."""
    decoder: Any = av.CodecContext.create("mjpeg", "r")
    try:
        frames = [frame for packet in (av.Packet(jpeg), None) for frame in decoder.decode(packet)]
        for part, quality in _STEPS if frames else ():
            made = as_jpeg(frames[0], part=part, quality=quality)
            if len(made) <= most_bytes:
                return made
    except (av.error.FFmpegError, ValueError, MemoryError):
        return None
    return None


def main() -> None:
    """Exit code 1 when there is no smaller picture."""
    av.logging.set_level(None)
    os.nice(_NICENESS)
    made = smaller(sys.stdin.buffer.read(), int(sys.argv[1]))
    if made is None:
        sys.exit(1)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
