"""One conversation with an FTP server (RFC 959, 4217): log in, store one file, say goodbye."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import aioftp
from aioftp.errors import InvalidCommand

from bridge.actions.attempt import AttemptLimits, Steps
from bridge.actions.ftp.client import FtpClient
from bridge.actions.ftp.path import PART
from bridge.actions.ftp.transfer import delete, enter_folder, rename, store
from bridge.errors import ActionError, ActionFailed, ActionRefused
from bridge.system.tls import client_context
from bridge.text.printable import printable

if TYPE_CHECKING:
    from bridge.core.definitions.settings import FtpSettings

_DISK_FULL = "552"
_GOODBYE_S = 5.0


class FtpSession:
    """Used for one `deliver`; `abort` must follow in any case."""

    def __init__(self, settings: FtpSettings, limits: AttemptLimits) -> None:
        self._settings = settings
        self._limits = limits
        self._password = settings.password.reveal() if settings.password else ""
        self._steps = Steps(server=f"{settings.host}:{settings.port}", limit_s=limits.step_s, explain=self._explain)
        self._ftp: FtpClient | None = None

    async def deliver(self, content: bytes, path: str) -> None:
        """Stores `content` at `path`. Raises `ActionFailed` or `ActionRefused`."""
        steps = self._steps
        folder, _, name = path.rpartition("/")
        ftp = await self._connect()
        async with steps.step("login"):
            await ftp.login(self._settings.username or "anonymous", self._password)
        if not path.isascii():
            async with steps.step("letters"):  # Windows servers ask for it; the others may not know it
                await ftp.command("OPTS UTF8 ON", ("2xx", "4xx", "5xx"))
        if folder or path.startswith("/"):
            await enter_folder(ftp, steps, folder or "/")
        try:
            await store(ftp, steps, name + PART, content, verdict_s=self._limits.verdict_s)
            await rename(ftp, steps, name + PART, name)
        except ActionError:
            await delete(ftp, steps, name + PART)
            raise
        with contextlib.suppress(ActionError):  # the file is stored already
            async with steps.step("goodbye", limit_s=min(_GOODBYE_S, steps.limit_s)):
                await ftp.command("QUIT", "2xx")

    def abort(self) -> None:
        """Closes the connections at once; a graceful end would wait for a peer that does not read."""
        if self._ftp is not None:
            self._ftp.abort_all()

    async def _connect(self) -> FtpClient:
        settings, step = self._settings, self._steps.step
        context = None
        implicit = settings.security == "implicit_tls"
        async with step("connect"):
            if settings.security != "none":
                context = await asyncio.to_thread(client_context, settings.ca_file)
            ftp = self._ftp = FtpClient(context=context, implicit=implicit)
            await ftp.connect(settings.host, settings.port)
        if context is not None and not implicit:
            async with step("AUTH TLS"):
                await ftp.command("AUTH TLS", "234")
                await ftp.stream.start_tls(context, settings.host)
        if context is not None:
            async with step("private data channel"):
                await ftp.command("PBSZ 0", "2xx")
                await ftp.command("PROT P", "2xx")
        return ftp

    def _explain(self, error: Exception) -> ActionError | None:
        """Returns the ActionError of an FTP exception (RFC 959, 4.2.1: 5xx is permanent, 4xx is not), else None.

        552 is a full disk, which may be emptied: it is worth a retry.
        """
        if isinstance(error, aioftp.StatusCodeError):
            code = error.received_codes[-1]
            kind = ActionRefused if code.matches("5xx") and code != _DISK_FULL else ActionFailed
            answer = " ".join(line.lstrip("- ") for line in error.info)
            return kind(f"{code} {printable(answer, hide=[self._password])}")
        if isinstance(error, (InvalidCommand, UnicodeError)):
            return ActionRefused("host, user name or password holds what cannot be sent")
        if isinstance(error, (ValueError, LookupError, ArithmeticError)) and not isinstance(error, OSError):
            return ActionFailed("the server's answer makes no sense")  # what aioftp's parsers raise
        return None
