"""Uploads one picture by FTP or FTPS, once: whole under its name, or an exception."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bridge.actions.attempt import DEFAULT_LIMITS, AttemptLimits
from bridge.errors import ActionFailed

if TYPE_CHECKING:
    from bridge.actions.ftp.session import FtpSession
    from bridge.core.definitions.settings import FtpSettings


async def upload(settings: FtpSettings, content: bytes, *, path: str, limits: AttemptLimits = DEFAULT_LIMITS) -> None:
    """Makes one attempt. `path` is the result of `path.render_path`; a file of that name is replaced.

    Raises `ActionFailed` if a retry is worth it, `ActionRefused` if not. A retry
    after either is safe: the file appears by a rename, and the unfinished one has the same
    name each time.
    """
    session = (await asyncio.to_thread(_session_class))(settings, limits)
    try:
        async with asyncio.timeout(limits.whole_s):
            await session.deliver(content, path)
    except TimeoutError:
        reason = f"not done within {limits.whole_s:g} s"
        raise ActionFailed(reason) from None
    finally:
        session.abort()


def _session_class() -> type[FtpSession]:
    from bridge.actions.ftp.session import FtpSession  # noqa: PLC0415 - heavy: only once a file is uploaded

    return FtpSession
