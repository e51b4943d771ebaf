"""Waits for an answer of the broker, for as long as the session lasts and a limit allows."""

from __future__ import annotations

import asyncio
from typing import Any


async def came_in_time(answer: asyncio.Future[Any], ended: asyncio.Future[Any], limit_s: float) -> bool:
    """Returns whether `answer` was done within the limit and before `ended`; an answer that was not is cancelled."""
    await asyncio.wait((answer, ended), timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
    came = answer.done()
    if not came:
        answer.cancel()
    return came
