"""The memory of a media process: limited, and the first that the kernel takes back.

FFmpeg allocates what a camera announces: an RTSP answer with a length of 2 GB had the kernel kill
programs, and the daemon with its outputs might be among them.
"""

from __future__ import annotations

import resource
from contextlib import suppress
from pathlib import Path

OPENING_BYTES = 64 * 1024 * 1024
"""For descriptions and the first packets."""
STREAMING_BYTES = 384 * 1024 * 1024
"""For a ring of 30 s, pictures that are decoded, and the threads that do it."""


def limit_memory(more_bytes: int) -> None:
    """Limits this process's data to `more_bytes` beyond the present use; a larger allocation fails from then on."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = _data_bytes() + more_bytes
    soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def be_killed_first() -> None:
    """Makes the kernel choose this process, not the daemon, when memory is short.

    Does nothing where that is forbidden.
    """
    with suppress(OSError):  # some containers forbid it
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _data_bytes() -> int:
    """Returns the bytes of data that this process uses now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    return pages * resource.getpagesize()
