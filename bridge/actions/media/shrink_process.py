"""`python -m bridge.actions.media.shrink_process BYTES`: a JPEG on standard input, a smaller one on standard output.

A process of its own, for one picture: encoding takes as long as a hundred edges, and a camera's
data may crash the library that decodes it.
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
"""Attempts as scale of the sides and FFmpeg's quality for MJPEG; sides shrink before quality."""
_NICENESS = 5
"""Alarms have priority, also on one core."""


def smaller(jpeg: bytes, most_bytes: int) -> bytes | None:
    """Returns the picture with at most `most_bytes`, or None if it cannot be decoded or made so small."""
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
    """Shrinks the JPEG on standard input to the size in the first argument, and writes it to standard output.

    Exits with code 1 if there is no smaller picture.
    """
    av.logging.set_level(None)
    os.nice(_NICENESS)
    made = smaller(sys.stdin.buffer.read(), int(sys.argv[1]))
    if made is None:
        sys.exit(1)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
