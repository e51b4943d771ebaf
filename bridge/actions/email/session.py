"""One conversation with a mail server. Besides `login` and `data` the only file that imports aiosmtplib."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import aiosmtplib

from bridge.actions.attempt import AttemptLimits, Steps
from bridge.actions.email.data import address_literal, hand_over, stuffed
from bridge.actions.email.login import login
from bridge.actions.email.message import ascii_address
from bridge.actions.email.result import MailOutcome, NotTaken
from bridge.errors import ActionError, ActionFailed, ActionRefused, ContentRefused
from bridge.system.tcp import connect_tcp
from bridge.system.tls import client_context
from bridge.text.printable import printable

if TYPE_CHECKING:
    from bridge.core.definitions.settings import EmailSettings

_OK, _GO_ON, _TOO_LARGE = 250, 354, 552
_PERMANENT = range(500, 600)
_GOODBYE_S = 2.0


class SmtpSession:
    """Used for one `deliver`; `abort` must follow in any case."""

    def __init__(self, settings: EmailSettings, limits: AttemptLimits) -> None:
        self._settings = settings
        self._limits = limits
        self._password = settings.password.reveal() if settings.password else ""
        self._steps = Steps(server=f"{settings.host}:{settings.port}", limit_s=limits.step_s, explain=self._explain)
        self._client: aiosmtplib.SMTP | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def deliver(self, message: bytes, recipients: tuple[str, ...], taken: Callable[[MailOutcome], None]) -> None:
        """Connects, logs in, hands over, says goodbye. Raises `ActionFailed` or `ActionRefused`.

        `taken` is called as soon as the server has the mail; after that nothing is raised.
        """
        client = await self._connect()
        async with self._steps.step("greeting"):
            if client.is_ehlo_or_helo_needed:
                await client.ehlo()
        if self._settings.username is not None:
            async with self._steps.step("login"):
                await login(client, self._settings.username, self._password)
        outcome = await self._envelope(client, len(message), recipients)
        await self._data(client, message)
        taken(outcome)
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):  # the mail is accepted already
            await client.quit(timeout=min(_GOODBYE_S, self._limits.step_s))

    def abort(self) -> None:
        """Closes the connection at once; a graceful end would wait for a peer that does not read."""
        if self._client is not None:
            if isinstance(self._client.transport, asyncio.WriteTransport):
                self._client.transport.abort()
            self._client.close()

    async def _connect(self) -> aiosmtplib.SMTP:
        settings = self._settings
        context = None
        async with self._steps.step("connect"):
            if settings.security != "none":
                context = await asyncio.to_thread(client_context, settings.ca_file)
            client = self._client = aiosmtplib.SMTP(
                hostname=settings.host,
                sock=await connect_tcp(settings.host, settings.port),
                use_tls=settings.security == "tls",
                start_tls=False,  # by itself, below: a step of its own
                tls_context=context,
                # Given, or the library asks the name service who we are; replaced before it is used.
                local_hostname="localhost",
                timeout=None,
            )
            await client.connect()
            client.local_hostname = address_literal(client.get_transport_info("sockname")[0])
        if settings.security == "starttls":
            async with self._steps.step("STARTTLS"):
                await client.starttls()
        return client

    async def _envelope(self, client: aiosmtplib.SMTP, size: int, recipients: tuple[str, ...]) -> MailOutcome:
        """Sends sender and recipients. Returns the outcome if at least one recipient is accepted, else raises."""
        async with self._steps.step("sender"):
            options = [f"SIZE={size}"] if client.supports_extension("size") else []
            await client.mail(ascii_address(self._settings.sender), options=options)
        answers: dict[str, ActionError | None] = {}
        for recipient in recipients:
            async with self._steps.step(f"recipient {recipient}"):
                answers[recipient] = await self._offer(client, recipient)
        outcome = MailOutcome(
            accepted=tuple(recipient for recipient, error in answers.items() if error is None),
            deferred=_not_taken(answers, ActionFailed),
            refused=_not_taken(answers, ActionRefused),
        )
        if not outcome.accepted:
            kind = ActionFailed if outcome.deferred else ActionRefused
            raise kind("; ".join(f"{recipient}: {error}" for recipient, error in answers.items()))
        return outcome

    async def _offer(self, client: aiosmtplib.SMTP, recipient: str) -> ActionError | None:
        try:
            await client.rcpt(ascii_address(recipient))
        except aiosmtplib.SMTPRecipientRefused as error:
            return self._explain(error)
        except ActionRefused as error:
            return error
        return None

    async def _data(self, client: aiosmtplib.SMTP, message: bytes) -> None:
        content = await asyncio.to_thread(stuffed, message)
        async with self._steps.step("message"):
            ready = await client.execute_command(b"DATA")
            if ready.code != _GO_ON:
                raise aiosmtplib.SMTPDataError(ready.code, ready.message)
        async with self._steps.step("message", limit_s=self._limits.whole_s):
            if client.protocol is None or not isinstance(client.transport, asyncio.WriteTransport):
                raise ConnectionResetError
            # Kept until `abort`: it closes the connection when it is collected.
            self._writer = asyncio.StreamWriter(client.transport, client.protocol, None, asyncio.get_running_loop())
            verdict = await hand_over(self._writer, client.protocol, content, limits=self._limits)
            if verdict.code != _OK:
                raise aiosmtplib.SMTPDataError(verdict.code, verdict.message)

    def _explain(self, error: Exception) -> ActionError | None:
        """Returns the ActionError of an SMTP exception (RFC 5321, 4.2.1: 5xx is permanent, 4xx is not), else None."""
        if isinstance(error, aiosmtplib.SMTPResponseException):
            kind = _kind_of_refusal(error) if error.code in _PERMANENT else ActionFailed
            pair = f"\0{self._settings.username}\0{self._password}"
            return kind(f"{error.code} {printable(error.message, hide=(self._password, pair))}")
        if isinstance(error, OSError):  # aiosmtplib's own for a lost connection are OSErrors too
            return None
        if isinstance(error, aiosmtplib.SMTPException):  # no STARTTLS, no AUTH: the settings ask for what is not there
            return ActionRefused(printable(error.message))
        if isinstance(error, ValueError):
            return ActionRefused("host, user name or password holds what cannot be sent")
        return None


def _kind_of_refusal(error: aiosmtplib.SMTPResponseException) -> type[ActionError]:
    """Returns the class of a permanent refusal.

    After DATA, or 552 for an announced size (RFC 1870), it is the content's.
    """
    too_large = isinstance(error, aiosmtplib.SMTPSenderRefused) and error.code == _TOO_LARGE
    return ContentRefused if too_large or isinstance(error, aiosmtplib.SMTPDataError) else ActionRefused


def _not_taken(answers: dict[str, ActionError | None], kind: type[ActionError]) -> tuple[NotTaken, ...]:
    return tuple(
        NotTaken(recipient=recipient, reason=str(error))
        for recipient, error in answers.items()
        if isinstance(error, kind)
    )
