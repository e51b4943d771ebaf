"""One thread hears everybody: what is sent and what arrives share a clock and no lock."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterable
from typing import Protocol

STEP_NS = 20_000_000


class Reader(Protocol):
    """A socket with something to say."""

    def fileno(self) -> int:
        """For select."""

    def read(self) -> None:
        """Take what is there."""


class TooLate(Exception):
    """What was waited for did not come."""


def hear_until(readers: Iterable[Reader], at_ns: int) -> None:
    """Read whatever arrives until a point of the monotonic clock; at least once what is there now."""
    readers = list(readers)
    while True:
        left_ns = at_ns - time.monotonic_ns()
        ready, _, _ = select.select(readers, [], [], max(left_ns, 0) / 1e9)
        for reader in ready:
            reader.read()
        if left_ns <= 0:
            return


def hear_while(readers: Iterable[Reader], unfinished: Callable[[], bool], *, within_s: float, what: str) -> None:
    """Read until nothing is unfinished; raises TooLate."""
    end_ns = time.monotonic_ns() + int(within_s * 1e9)
    readers = list(readers)
    while unfinished():
        now_ns = time.monotonic_ns()
        if now_ns > end_ns:
            message = f"{what}: not within {within_s:g} s"
            raise TooLate(message)
        hear_until(readers, now_ns + min(STEP_NS, end_ns - now_ns))
