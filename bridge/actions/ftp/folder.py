"""Change to the folder of an upload, which is created where it is missing (RFC 959)."""

from __future__ import annotations

import contextlib
from itertools import accumulate

from bridge.actions.attempt import Steps
from bridge.actions.ftp.client import FtpClient
from bridge.errors import ActionRefused

_EXISTS = ("exist", "521")
"""In an answer to MKD: it names no reason why the folder cannot be entered."""


async def enter_folder(ftp: FtpClient, steps: Steps, folder: str) -> None:
    """Makes `folder` the working directory, and creates the missing folders of its path. Raises ActionError.

    A failed MKD may mean that the folder exists: only CWD shows that. If a server accepts no path of several folders,
    they are entered one after the other.
    """
    if await _enter(ftp, steps, folder):
        return
    reasons = [await _make(ftp, steps, above) for above in accumulate(folder.split("/"), "{}/{}".format) if above]
    if await _enter(ftp, steps, folder) or await _enter_each(ftp, steps, folder):
        return
    found = [reason for reason in reasons if reason is not None]
    telling = [reason for reason in found if not any(word in str(reason) for word in _EXISTS)]
    if telling or found:
        raise (telling or found)[0]
    async with steps.step(f"folder {folder}"):
        await ftp.command(f"CWD {folder}", "2xx")


async def _enter_each(ftp: FtpClient, steps: Steps, folder: str) -> bool:
    """Enters the folders of a path one by one, creating those that are missing.

    Returns False if one cannot be entered.
    """
    if folder.startswith("/"):
        await _enter(ftp, steps, "/")
    for name in filter(None, folder.split("/")):
        if not await _enter(ftp, steps, name):
            await _make(ftp, steps, name)
            if not await _enter(ftp, steps, name):
                return False
    return True


async def _enter(ftp: FtpClient, steps: Steps, folder: str) -> bool:
    """Enters a folder. Returns False if the server refuses. Raises ActionFailed for anything else."""
    with contextlib.suppress(ActionRefused):
        async with steps.step(f"folder {folder}"):
            await ftp.command(f"CWD {folder}", "2xx")
        return True
    return False


async def _make(ftp: FtpClient, steps: Steps, folder: str) -> ActionRefused | None:
    """Creates a folder. Returns the refusal, or None if it was created. Raises ActionFailed for anything else."""
    try:
        async with steps.step(f"new folder {folder}"):
            await ftp.command(f"MKD {folder}", "2xx")
    except ActionRefused as error:
        return error
    return None
