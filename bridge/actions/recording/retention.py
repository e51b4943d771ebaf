"""Retention of clips: the ones to delete by age, size and free space (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

CLIP_NAME = re.compile(r"\d{4}-\d{2}-\d{2}/\d{6}_[a-z0-9-]{1,40}\.mp4")
"""`<date>/<time>_<input>.mp4`; no other file is ever listed or deleted."""
_DAY_S = 86_400
_MB = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A file below the recording folder; `name` is its path there, `modified` in seconds of the epoch."""

    name: str
    size: int
    modified: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of the settings, in megabytes and days; 0 is no limit."""

    quota_mb: int = 0
    keep_days: int = 0
    reserve_mb: int = 0

    @property
    def quota_bytes(self) -> int:
        """Limit of the size of all clips in bytes; 0 is no limit."""
        return self.quota_mb * _MB

    @property
    def reserve_bytes(self) -> int:
        """Free space in bytes that must be left."""
        return self.reserve_mb * _MB


def to_delete(
    clips: Iterable[Clip], *, limits: Limits, free_bytes: int, now: float | None, written: frozenset[str]
) -> tuple[Clip, ...]:
    """Returns the clips to delete, oldest first; those of `written` are not finished and stay.

    `now` is None while the wall clock cannot be trusted: a clock that is wrong must not delete
    young clips. A clip expires by age; then the oldest are deleted until all that is left (clips
    being written count) keeps the quota and the reserve is free.
    """
    oldest_first = sorted(clips, key=lambda clip: (clip.modified, clip.name))
    total = sum(clip.size for clip in oldest_first)
    gone: list[Clip] = []
    for clip in oldest_first:
        if clip.name in written:
            continue
        too_old = bool(limits.keep_days) and now is not None and now - clip.modified > limits.keep_days * _DAY_S
        too_much = bool(limits.quota_bytes) and total > limits.quota_bytes
        if too_old or too_much or free_bytes < limits.reserve_bytes:
            gone.append(clip)
            total -= clip.size
            free_bytes += clip.size
    return tuple(gone)
