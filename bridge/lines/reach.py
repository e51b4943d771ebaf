"""The reach of `safe` to devices that obey far outputs: without a daemon, each way is made anew and used once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Publish = Callable[[Sequence[tuple[str, bytes]]], list[str | None]]
"""Publishes messages (topic, payload) and waits for the broker. Returns one result each: None, or the problem."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reach:
    """The ways to other devices; each blocks for at most `LONGEST_S`."""

    publish: Publish


LONGEST_S = 3.0
"""Limit for all devices together: the stop hook must not hold up the next start."""
