"""One conversation with an FTP server (RFC 959, 4217): log in, store one file, say goodbye."""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from typing import TYPE_CHECKING

import aioftp
from aioftp.errors import InvalidCommand

from bridge.actions.attempt import AttemptLimits, Steps
from bridge.actions.ftp.client import FtpClient
from bridge.actions.ftp.folder import enter_folder
from bridge.actions.ftp.part_file import place
from bridge.actions.ftp.server_memory import FtpServerMemory
from bridge.actions.reply_limit import MEANINGLESS
from bridge.actions.security_advice import SecurityAdvice, refused_with
from bridge.errors import ActionError, ActionFailed, ActionRefused
from bridge.system.tls import client_context
from bridge.text.printable import printable

if TYPE_CHECKING:
    from bridge.core.definitions.settings import FtpSettings

SECURITY = SecurityAdvice(
    setting="ftp.security", from_the_first_byte="implicit_tls", upgraded="explicit_tls", command="AUTH TLS", port=990
)
_DISK_FULL = "552"
_GOODBYE_S = 5.0
_WANTS_TLS = re.compile(r"\b(TLS|SSL|encrypt\w*|secure\w*)\b", re.IGNORECASE)


class FtpSession:
    """One conversation with an FTP server: the caller calls `deliver` once, then `abort` in any case."""

    def __init__(self, settings: FtpSettings, limits: AttemptLimits, memory: FtpServerMemory) -> None:
        self._settings = settings
        self._limits = limits
        self._memory = memory
        self._password = settings.password.reveal() if settings.password else ""
        self._steps = Steps(server=f"{settings.host}:{settings.port}", limit_s=limits.step_s, explain=self._explain)
        self._ftp: FtpClient | None = None

    async def deliver(self, content: bytes, path: str) -> str:
        """Stores `content` at `path`. Returns the path that the file has got, which may be a variant.

        Raises `ActionFailed` (a retry may help) or `ActionRefused`.
        """
        steps = self._steps
        folder, slash, name = path.rpartition("/")
        ftp = await self._connect()
        await self._log_in(ftp)
        if not path.isascii():
            async with steps.step("letters"):  # Windows servers ask for it; the others may not know it
                await ftp.command("OPTS UTF8 ON", ("2xx", "4xx", "5xx"))
        if slash:
            await enter_folder(ftp, steps, folder or "/")
        stored = await place(ftp, steps, name, content, memory=self._memory, verdict_s=self._limits.verdict_s)
        with contextlib.suppress(ActionError):  # the file is stored already
            async with steps.step("goodbye", limit_s=min(_GOODBYE_S, steps.limit_s)):
                await ftp.command("QUIT", "2xx")
        return folder + slash + stored

    def abort(self) -> None:
        """Closes the connections at once; a graceful end would wait for a peer that does not read."""
        if self._ftp is not None:
            self._ftp.abort_all()

    async def _connect(self) -> FtpClient:
        """Returns a connected client, encrypted as the settings say. Raises ActionError, with advice."""
        settings, step = self._settings, self._steps.step
        context = None
        implicit = settings.security == "implicit_tls"
        try:
            async with step("connect"):
                if settings.security != "none":
                    context = await asyncio.to_thread(client_context, settings.ca_file)
                ftp = self._ftp = FtpClient(
                    context=context, implicit=implicit, memory=self._memory, answer_s=self._limits.step_s / 3
                )
                await ftp.connect(settings.host, settings.port)
        except ActionError as error:
            reached = self._ftp is not None and self._ftp.is_connected
            self.abort()  # some servers serve one connection at a time, and the advice may need another
            raise await SECURITY.explained(error, settings, reached=reached, limit_s=self._limits.step_s) from None
        if context is not None and not implicit:
            await self._start_tls(ftp, context)
        if context is not None:
            async with step("private data channel"):
                await ftp.command("PBSZ 0", ("2xx", "5xx"))  # some servers find it superfluous; PROT decides
                await ftp.command("PROT P", "2xx")
        return ftp

    async def _start_tls(self, ftp: FtpClient, context: ssl.SSLContext) -> None:
        """Encrypts the control channel. Raises ActionError, with advice if the server cannot."""
        try:
            async with self._steps.step("AUTH TLS"):
                await ftp.command("AUTH TLS", ("234", "334"))
                await ftp.start_tls(context, self._settings.host)
        except ActionRefused as error:
            if ftp.is_encrypted:  # it is about the certificate
                raise
            raise refused_with(error, SECURITY.no_upgrade) from None

    async def _log_in(self, ftp: FtpClient) -> None:
        """Logs in, as `anonymous` without a user name. Raises ActionError, with advice if TLS is missing."""
        try:
            async with self._steps.step("login"):
                await ftp.log_in(self._settings.username or "anonymous", self._password)
        except ActionError as error:
            if self._settings.security == "none" and _WANTS_TLS.search(str(error)):
                raise refused_with(error, SECURITY.upgrade) from None
            raise

    def _explain(self, error: Exception) -> ActionError | None:
        """Returns the ActionError for an exception of aioftp, or None for any other exception.

        5xx is permanent, 4xx is not (RFC 959, 4.2.1). 552 is a full disk, which may be emptied: it is worth a retry.
        """
        if isinstance(error, aioftp.StatusCodeError):
            code = error.received_codes[-1]
            kind = ActionRefused if code.matches("5xx") and code != _DISK_FULL else ActionFailed
            answer = " ".join(line.lstrip("- ") for line in error.info)
            return kind(f"{code} {printable(answer, hide=[self._password])}")
        if isinstance(error, (InvalidCommand, UnicodeError)):
            return ActionRefused("host, user name or password holds what cannot be sent")
        if isinstance(error, (ValueError, LookupError, ArithmeticError)) and not isinstance(error, OSError):
            return ActionFailed(MEANINGLESS)  # what aioftp's parsers and an endless line raise
        return None
