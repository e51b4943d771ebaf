"""A file that appears under its name only when it is whole: stored as `.part`, then renamed."""

from __future__ import annotations

import contextlib
from functools import partial
from itertools import islice

from bridge.actions.attempt import Steps
from bridge.actions.ftp.client import FtpClient
from bridge.actions.ftp.path import PART
from bridge.actions.ftp.server_memory import FtpServerMemory, variants
from bridge.actions.ftp.transfer import store
from bridge.errors import ActionError, ActionRefused

_DELETE_S = 5.0
_MOST_NAMES = 4
"""Names under which a file is tried that may not replace another."""


async def place(
    ftp: FtpClient, steps: Steps, name: str, content: bytes, *, memory: FtpServerMemory, verdict_s: float
) -> str:
    """Stores `content` in the current folder as a `PART` that is renamed, or directly if that is refused.

    Returns the name that the file has got: a variant such as `a-2.jpg` if `name` itself is refused. `memory` remembers
    a server that cannot rename: some let a user store and nothing else. Raises ActionError.
    """
    write = partial(store, ftp, steps, content=content, verdict_s=verdict_s)
    if memory.can_rename:
        try:
            await write(name + PART)
            if await _renamed(ftp, steps, name + PART, name):
                return name
        except ActionRefused:
            pass  # the final name may be allowed
        except ActionError:
            await _delete(ftp, steps, name + PART)
            raise
        await _delete(ftp, steps, name + PART)
    refusal: ActionRefused | None = None
    for tried in islice(variants(name), _MOST_NAMES):
        try:
            await write(tried)
        except ActionRefused as error:  # such as a file of that name that may not be replaced
            refusal = refusal or error
        else:
            memory.can_rename = memory.can_rename and tried != name
            return tried
    if refusal is None:
        raise AssertionError
    raise refusal


async def _renamed(ftp: FtpClient, steps: Steps, old: str, new: str) -> bool:
    """Gives a file its final name; an existing file is replaced, by deleting it first if the server requires that.

    Returns False if the server refuses for ever: no right, or no such command. Raises ActionFailed for anything else.
    """
    try:
        await _rename(ftp, steps, old, new)
    except ActionRefused:
        if not await _delete(ftp, steps, new):
            return False
        try:
            await _rename(ftp, steps, old, new)
        except ActionRefused:
            return False
    return True


async def _delete(ftp: FtpClient, steps: Steps, name: str) -> bool:
    """Deletes a file. Returns whether the server did it, within `_DELETE_S`; raises nothing."""
    with contextlib.suppress(ActionError):
        async with steps.step("delete", limit_s=min(_DELETE_S, steps.limit_s)):
            await ftp.command(f"DELE {name}", "2xx")
        return True
    return False


async def _rename(ftp: FtpClient, steps: Steps, old: str, new: str) -> None:
    """Renames a file. Raises ActionRefused if the server refuses, ActionFailed for anything else."""
    async with steps.step("rename"):
        await ftp.command(f"RNFR {old}", ("2xx", "3xx"))
        await ftp.command(f"RNTO {new}", "2xx")
