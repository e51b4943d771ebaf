"""Shrinks a picture to a receiver's size limit, in a process of its own."""

from __future__ import annotations

import asyncio
import importlib.util
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import bridge
from bridge.actions.camera.jpeg import measure
from bridge.errors import ActionFailed, ActionRefused

MODULE = "bridge.actions.media.shrink_process"
LIMIT_S = 20.0
MOST_PIXELS = 50_000_000
"""Decoded, that is 75 MB beside an alarm system that may have 512."""


async def make_smaller(jpeg: bytes, *, most_bytes: int, limit_s: float = LIMIT_S) -> bytes:
    """Returns the picture as a JPEG of at most `most_bytes`, with fewer pixels or more compression.

    Raises:
        ActionRefused: PyAV is not installed (the bridge itself never imports it), or the picture has too many pixels.
        ActionFailed: `jpeg` is no picture, or it was not made small enough within `limit_s`.
    """
    size = measure(jpeg)
    if importlib.util.find_spec("av") is None:
        message = "making it smaller needs the package av: install alarm2mqtt[media]"
        raise ActionRefused(message)
    if size.width * size.height > MOST_PIXELS:
        message = f"it has {size.width} x {size.height} pixels"
        raise ActionRefused(message)
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", MODULE, str(most_bytes)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            # Where `-m` finds this very package, installed or not.
            cwd=Path(bridge.__file__).parents[1],
        )
    except OSError as error:
        message = f"the media process cannot be started ({error.strerror})"
        raise ActionFailed(message) from error
    try:
        async with asyncio.timeout(limit_s):
            made, _ = await process.communicate(jpeg[: size.length])
    except TimeoutError:
        message = f"it was not made smaller within {limit_s:g} s"
        raise ActionFailed(message) from None
    finally:
        if process.returncode is None:
            process.kill()
            await asyncio.shield(process.wait())
    if process.returncode != 0 or not 0 < len(made) <= most_bytes:
        message = "it could not be made smaller"
        raise ActionFailed(message)
    measure(made)
    return made
