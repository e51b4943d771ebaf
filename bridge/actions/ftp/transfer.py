"""The transfer of one file within an FTP conversation (RFC 959, 3659)."""

from __future__ import annotations

import asyncio

from aioftp import StatusCodeError

from bridge.actions.attempt import Steps
from bridge.actions.ftp.client import FtpClient
from bridge.errors import ActionFailed

_PIECE_BYTES = 32_768
_LAST_WORD_S = 5.0


async def store(ftp: FtpClient, steps: Steps, name: str, content: bytes, *, verdict_s: float) -> None:
    """Writes a whole file into the current folder.

    It returns once the server has confirmed all of it, by its answer within `verdict_s` or by the size. Raises
    ActionRefused if the server refuses, ActionFailed if the transfer fails or nothing confirms it.
    """
    async with steps.step("upload"):
        writer = await ftp.open_store(name)
    confirmed = await _write(ftp, steps, writer, content)
    writer.close()
    if not confirmed:
        confirmed = await _confirmed(ftp, steps, verdict_s)
    ftp.abort_data()
    size = await _size(ftp, steps, name, after_silence=not confirmed)
    if size is None and not confirmed:
        raise steps.located(ActionFailed(f"no answer within {verdict_s:g} s"), at="upload")
    if size is not None and size != len(content):
        raise steps.located(ActionFailed(f"the server has {size} of {len(content)} bytes"), at="size")


async def _write(ftp: FtpClient, steps: Steps, writer: asyncio.StreamWriter, content: bytes) -> bool:
    """Sends the content. Returns whether the server confirmed it before the data channel was closed.

    Raises ActionError if the channel breaks or a step takes too long.
    """
    for start in range(0, len(content), _PIECE_BYTES):
        async with steps.step("upload"):
            try:
                writer.write(content[start : start + _PIECE_BYTES])
                await writer.drain()
            except ConnectionError:
                # Some servers reset the channel behind the last byte, and answer that all is well.
                if await _last_word(ftp) and start + _PIECE_BYTES >= len(content):
                    return True
                raise
        await asyncio.sleep(0)  # drain does not give way while the network keeps up
    return False


async def _confirmed(ftp: FtpClient, steps: Steps, verdict_s: float) -> bool:
    """Returns whether the server confirms the upload within `verdict_s`; False if it stays silent.

    The data channel has been closed before. Raises ActionError if the server refuses, or the connection is lost.
    """
    async with steps.step("upload", limit_s=verdict_s + steps.limit_s):
        try:
            async with asyncio.timeout(verdict_s):
                await ftp.confirm_store()
        except TimeoutError as error:
            if error.errno is not None:  # the kernel's: the connection is lost
                raise
            return False
    return True


async def _size(ftp: FtpClient, steps: Steps, name: str, *, after_silence: bool) -> int | None:
    """Returns the size of a file, or None if the server does not answer with one.

    `after_silence`: the answer to the upload is outstanding, and may come first. Raises ActionFailed for a lost
    connection, except after silence.
    """
    try:
        async with steps.step("size"):
            code, lines = await ftp.command(f"SIZE {name}", ("2xx", "4xx", "5xx"))
            if after_silence and code != "213" and code.matches("2xx"):
                code, lines = await ftp.command(None, ("2xx", "4xx", "5xx"))
    except ActionFailed:
        if after_silence:
            return None
        raise
    size = lines[-1].strip()
    return int(size) if code == "213" and size.isascii() and size.isdecimal() else None


async def _last_word(ftp: FtpClient) -> bool:
    """Waits a little, after a cut of the data channel, for the server's reason, such as a full disk.

    Returns whether the server confirms the upload; False if the control channel is cut too. Raises `StatusCodeError`
    with the reason.
    """
    ftp.abort_data()
    try:
        async with asyncio.timeout(_LAST_WORD_S):
            await ftp.command(None, "2xx", "1xx")
    except StatusCodeError:
        raise
    except OSError:
        return False  # the control channel is cut as well: the caller raises its own exception
    return True
