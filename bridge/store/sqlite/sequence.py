"""Sequence numbers that never repeat, even when the last entries never reached the disk.

The database holds a number that everything handed out so far is below, moved ahead in blocks
before it is reached. After a clean stop it is exactly the next number; after a crash the next run
begins at it, beyond whatever was used.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime

BLOCK = 10_000
"""How far ahead is reserved: also what may be used, while the disk cannot be written, before a
crash could make a number come twice."""
BASES_PER_S = 1000
CLOCK_NOT_SET_BEFORE = 1_767_225_600
"""2026-01-01 in Unix time: a clock that says less has not been set."""
JITTER = 1_000_000_000


def reservation(next_seq: int, reserved: int) -> int | None:
    """What to reserve up to, now that `next_seq` comes next; None while half a block is left."""
    return next_seq + BLOCK if next_seq > reserved - BLOCK // 2 else None


def fallback_base(unix_s: float, jitter: int) -> int:
    """The first number when nothing can be read: from the wall clock, so above any used before.

    A thousand for each second is more than the engine ever uses. A clock that is not set says the
    same after each boot: then `jitter`, random below `JITTER`, makes a repetition unlikely, and
    stays below what a clock that is set will give.
    """
    if unix_s < CLOCK_NOT_SET_BEFORE:
        return CLOCK_NOT_SET_BEFORE * BASES_PER_S + jitter
    return int(unix_s) * BASES_PER_S


def first_number_at(wall: datetime) -> int:
    """`fallback_base` of an instant that knows its zone, with jitter drawn."""
    return fallback_base(wall.timestamp(), int.from_bytes(os.urandom(8), "big") % JITTER)


def runs(seqs: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as runs without a gap, first and last of each: what was sent together is marked in one go."""
    found: list[tuple[int, int]] = []
    for seq in sorted(seqs):
        if found and seq == found[-1][1] + 1:
            found[-1] = (found[-1][0], seq)
        else:
            found.append((seq, seq))
    return found
