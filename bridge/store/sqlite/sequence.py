"""Sequence numbers that never repeat, even if the last entries never reached the disk.

The database holds a reservation: a number above all those handed out, moved ahead in blocks
before it is reached. After a clean stop it is exactly the next number; after a crash the next run
begins at it, beyond every number used.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime

BLOCK = 10_000
"""Size of a reservation.

It is also the count of numbers that may be used while the disk cannot be written, before a crash
could repeat one.
"""
BASES_PER_S = 1000
CLOCK_NOT_SET_BEFORE = 1_767_225_600
"""2026-01-01 in Unix time: an earlier clock has not been set."""
JITTER = 1_000_000_000


def reservation(next_seq: int, reserved: int) -> int | None:
    """Returns the number to reserve up to before `next_seq` is used; None while half a block of `reserved` is left."""
    return next_seq + BLOCK if next_seq > reserved - BLOCK // 2 else None


def fallback_base(unix_s: float, jitter: int) -> int:
    """Returns the first number for when no file can be read: made of the wall clock, so above any used before.

    A thousand for each second is more than the engine ever uses. A clock that is not set reads the same after each
    boot: then `jitter`, random below `JITTER`, makes a repetition unlikely, and the result stays below that of a clock
    that is set.
    """
    if unix_s < CLOCK_NOT_SET_BEFORE:
        return CLOCK_NOT_SET_BEFORE * BASES_PER_S + jitter
    return int(unix_s) * BASES_PER_S


def first_number_at(wall: datetime) -> int:
    """Returns `fallback_base` of an aware datetime, with random jitter."""
    return fallback_base(wall.timestamp(), int.from_bytes(os.urandom(8), "big") % JITTER)


def runs(seqs: Iterable[int]) -> list[tuple[int, int]]:
    """Returns the numbers as sorted runs without a gap, first and last of each: one statement marks one run."""
    found: list[tuple[int, int]] = []
    for seq in sorted(seqs):
        if found and seq == found[-1][1] + 1:
            found[-1] = (found[-1][0], seq)
        else:
            found.append((seq, seq))
    return found
