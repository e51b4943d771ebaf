"""The transfer of one file within an FTP conversation (RFC 959, 3659)."""

from __future__ import annotations

import asyncio
import contextlib
from itertools import accumulate

from aioftp import StatusCodeError

from bridge.actions.attempt import Steps
from bridge.actions.ftp.client import FtpClient
from bridge.errors import ActionError, ActionFailed, ActionRefused

_PIECE_BYTES = 32_768
_LAST_WORD_S = 5.0


async def enter_folder(ftp: FtpClient, steps: Steps, folder: str) -> None:
    """Makes `folder` the working directory, and creates the missing folders of its path.

    A failed MKD may mean that the folder exists: only CWD shows that.
    """
    with contextlib.suppress(ActionRefused):
        async with steps.step(f"folder {folder}"):
            await ftp.command(f"CWD {folder}", "2xx")
        return
    reason: ActionRefused | None = None
    for above in accumulate(folder.split("/"), lambda left, right: f"{left}/{right}"):
        if above:
            try:
                async with steps.step(f"new folder {above}"):
                    await ftp.command(f"MKD {above}", "2xx")
            except ActionRefused as error:
                reason = reason or error
    try:
        async with steps.step(f"folder {folder}"):
            await ftp.command(f"CWD {folder}", "2xx")
    except ActionRefused as error:
        raise reason or error from None


async def store(ftp: FtpClient, steps: Steps, name: str, content: bytes, *, verdict_s: float) -> None:
    """Writes a whole file. When this returns, the server has confirmed all of it."""
    writer = await _open(ftp, steps, name)
    for start in range(0, len(content), _PIECE_BYTES):
        async with steps.step("upload"):
            try:
                writer.write(content[start : start + _PIECE_BYTES])
                await writer.drain()
            except ConnectionError:
                await _last_word(ftp)
                raise
        await asyncio.sleep(0)  # drain does not give way while the network keeps up
    writer.close()
    async with steps.step("upload", limit_s=verdict_s):
        await ftp.command(None, "2xx", "1xx")
    ftp.abort_data()
    async with steps.step("size"):
        code, lines = await ftp.command(f"SIZE {name}", ("213", "4xx", "5xx"))
        size = lines[-1].strip()
        if code == "213" and size.isdecimal() and int(size) != len(content):
            message = f"the server has {size} of {len(content)} bytes"
            raise ActionFailed(message)


async def rename(ftp: FtpClient, steps: Steps, old: str, new: str) -> None:
    """Gives a file its final name; an existing file is replaced, by deleting it first if the server requires that."""
    async with steps.step("rename"):
        await ftp.command(f"RNFR {old}", "350")
    try:
        async with steps.step("rename"):
            await ftp.command(f"RNTO {new}", "2xx")
    except ActionRefused:
        if not await delete(ftp, steps, new):
            raise
        async with steps.step("rename"):
            await ftp.command(f"RNFR {old}", "350")
            await ftp.command(f"RNTO {new}", "2xx")


async def delete(ftp: FtpClient, steps: Steps, name: str) -> bool:
    """Deletes a file. Returns whether the server did it; takes `_LAST_WORD_S` at most."""
    with contextlib.suppress(ActionError):
        async with steps.step("delete", limit_s=min(_LAST_WORD_S, steps.limit_s)):
            await ftp.command(f"DELE {name}", "2xx")
        return True
    return False


async def _open(ftp: FtpClient, steps: Steps, name: str) -> asyncio.StreamWriter:
    try:
        async with steps.step("upload"):
            return await ftp.open_store(name)
    except ActionRefused:
        # The file of an earlier attempt may be in the way: some servers allow to delete it, not to overwrite it.
        if not await delete(ftp, steps, name):
            raise
    async with steps.step("upload"):
        return await ftp.open_store(name)


async def _last_word(ftp: FtpClient) -> None:
    """Waits a little, after a cut of the data channel, for the server's reason, such as a full disk.

    Raises `StatusCodeError` with it.
    """
    ftp.abort_data()
    try:
        async with asyncio.timeout(_LAST_WORD_S):
            await ftp.command(None, "2xx", "1xx")
    except StatusCodeError:
        raise
    except OSError:
        return  # the control channel is cut as well: the caller raises its own exception
