"""A test waits for a condition and a deadline; it never sleeps for a time that somebody has guessed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any


async def until(condition: Callable[[], Any], *, within_s: float = 5.0, what: str = "the condition") -> Any:
    """Poll on the event loop until `condition()` is true, and give what it gave."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what} did not come true within {within_s} s"
        await asyncio.sleep(0.005)
    return value


def wait_until(condition: Callable[[], Any], *, within_s: float = 20.0, what: str = "the condition") -> Any:
    """The same without an event loop."""
    deadline = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what} did not come true within {within_s} s"
        time.sleep(0.01)
    return value
