"""The allocator of the C library, set for a machine with little memory."""

from __future__ import annotations

import ctypes

_M_ARENA_MAX = -8
"""Of `malloc.h` of glibc."""


def share_one_heap() -> None:
    """Lets all threads use one heap: glibc else gives each a heap of its own, which keeps what it has freed.

    For a program whose threads rarely allocate at the same time. Does nothing with a C library that has no such choice,
    such as musl.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, 1)
