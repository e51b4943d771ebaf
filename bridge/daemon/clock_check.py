"""The check, every half a minute, whether the kernel calls the wall clock synchronised."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from bridge.core.facts import ClockChecked, Fact
from bridge.runtime.clock import is_synchronised

CHECK_S: Final = 30.0


async def check_clock(submit: Callable[[Fact], None]) -> None:
    """Reports the kernel's word to the engine, for ever."""
    while True:
        await asyncio.sleep(CHECK_S)
        submit(ClockChecked(synchronised=is_synchronised()))
