"""Uploads one picture by FTP or FTPS, once: whole under its name, or an exception."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from bridge.actions.attempt import DEFAULT_LIMITS, AttemptLimits
from bridge.actions.ftp.passive import LostAtEpsv
from bridge.actions.ftp.server_memory import FtpServerMemory
from bridge.errors import ActionFailed

if TYPE_CHECKING:
    from bridge.actions.ftp.session import FtpSession
    from bridge.core.definitions.settings import FtpSettings


async def upload(
    settings: FtpSettings,
    content: bytes,
    *,
    path: str,
    memory: FtpServerMemory | None = None,
    limits: AttemptLimits = DEFAULT_LIMITS,
) -> str:
    """Makes one attempt to upload `content`. Returns the path that the file has got.

    `path` is the result of `path.render_path`; a file of that name is replaced, or a variant of the name is used where
    the server refuses that. `memory` holds what earlier uploads have found out about the server. A retry after a
    failure is safe: the file appears by a rename, or is replaced, under the same name each time.

    Raises:
        ActionFailed: a retry is worth it.
        ActionRefused: a retry is not, until a setting or the server changes.
    """
    memory = memory or FtpServerMemory()
    memory.use(settings)
    session_class = await asyncio.to_thread(_session_class)
    try:
        async with asyncio.timeout(limits.whole_s):
            with contextlib.suppress(LostAtEpsv):
                return await _attempt(session_class(settings, limits, memory), content, path)
            # Another connection does without EPSV.
            return await _attempt(session_class(settings, limits, memory), content, path)
    except TimeoutError:
        reason = f"{settings.host}:{settings.port}: not done within {limits.whole_s:g} s"
        raise ActionFailed(reason) from None


async def _attempt(session: FtpSession, content: bytes, path: str) -> str:
    """Makes one attempt on a connection of its own. Returns the path of the file. Raises ActionError."""
    try:
        return await session.deliver(content, path)
    finally:
        session.abort()


def _session_class() -> type[FtpSession]:
    """Imports and returns the session's class, since its library takes long to import."""
    from bridge.actions.ftp.session import FtpSession  # noqa: PLC0415 - heavy: only once a file is uploaded

    return FtpSession
