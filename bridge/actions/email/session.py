"""One conversation with a mail server: connect, greet, log in, hand over, say goodbye."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import aiosmtplib

from bridge.actions.attempt import AttemptLimits, Steps
from bridge.actions.email.data import hand_over, stuffed
from bridge.actions.email.envelope import send_recipient, send_sender
from bridge.actions.email.greeting import address_literal, greet
from bridge.actions.email.login import login
from bridge.actions.email.refusals import SUCCESS, explained
from bridge.actions.email.result import MailOutcome, NotTaken
from bridge.actions.security_advice import SecurityAdvice, refused_with
from bridge.errors import ActionError, ActionFailed, ActionRefused, ContentRefused
from bridge.system.tcp import connect_tcp
from bridge.system.tls import client_context

if TYPE_CHECKING:
    from bridge.core.definitions.settings import EmailSettings

SECURITY = SecurityAdvice(
    setting="email.security", from_the_first_byte="tls", upgraded="starttls", command="STARTTLS", port=465
)
_GO_ON = 354
_GOODBYE_S = 2.0


class SmtpSession:
    """One conversation with a mail server: the caller calls `deliver` once, then `abort` in any case."""

    def __init__(self, settings: EmailSettings, limits: AttemptLimits) -> None:
        self._settings = settings
        self._limits = limits
        self._password = settings.password.reveal() if settings.password else ""
        self._steps = Steps(server=f"{settings.host}:{settings.port}", limit_s=limits.step_s, explain=self._explain)
        self._client: aiosmtplib.SMTP | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def deliver(self, message: bytes, recipients: tuple[str, ...], taken: Callable[[MailOutcome], None]) -> None:
        """Connects, logs in, hands the mail over, says goodbye. Raises `ActionFailed` or `ActionRefused`.

        `taken` is called with the outcome as soon as the server has accepted the mail; after that nothing is raised.
        """
        client = await self._greeted()
        if self._settings.username is not None:
            await self._log_in(client, self._settings.username)
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

    async def _greeted(self) -> aiosmtplib.SMTP:
        """Connects and greets. Returns the client. A server that hangs up at EHLO gets HELO, on a new connection."""
        client = await self._connect()
        if client.is_ehlo_or_helo_needed and not await self._greet(client):
            self.abort()
            client = await self._connect()
            async with self._steps.step("greeting"):
                await client.helo()
        return client

    async def _greet(self, client: aiosmtplib.SMTP) -> bool:
        """Greets. Returns False if the server hung up at EHLO. Raises ActionError."""
        needed = self._settings.security == "starttls" or self._settings.username is not None
        async with self._steps.step("greeting"):
            return await greet(client, needs_extensions=needed)

    async def _connect(self) -> aiosmtplib.SMTP:
        """Returns a connected client, encrypted as the settings say. Raises ActionError, with advice."""
        settings = self._settings
        context = None
        try:
            async with self._steps.step("connect"):
                if settings.security != "none":
                    context = await asyncio.to_thread(client_context, settings.ca_file)
                connection = await connect_tcp(settings.host, settings.port)
                client = self._client = aiosmtplib.SMTP(
                    hostname=settings.host,
                    sock=connection,
                    use_tls=settings.security == "tls",
                    start_tls=False,  # by itself, below: a step of its own
                    tls_context=context,
                    # Given, or the library asks the name service who we are; replaced before it is used.
                    local_hostname="localhost",
                    timeout=None,
                )
                await client.connect()
                client.local_hostname = address_literal(client.get_transport_info("sockname")[0])
        except ActionError as error:
            reached = self._client is not None
            self.abort()  # some servers serve one connection at a time, and the advice may need another
            raise await SECURITY.explained(error, settings, reached=reached, limit_s=self._limits.step_s) from None
        if settings.security == "starttls":
            await self._start_tls(client)
        return client

    async def _start_tls(self, client: aiosmtplib.SMTP) -> None:
        """Greets, then encrypts the connection. Raises ActionRefused if the server offers no STARTTLS."""
        await self._greet(client)
        async with self._steps.step("STARTTLS"):
            if not client.supports_extension("starttls"):
                message = f"the server, or something on the way to it, offers no STARTTLS; {SECURITY.no_upgrade}"
                raise ActionRefused(message)
            await client.starttls()

    async def _log_in(self, client: aiosmtplib.SMTP, user: str) -> None:
        """Logs in. Raises ActionError, with advice."""
        try:
            async with self._steps.step("login"):
                await login(client, user, self._password)
        except ActionRefused as error:
            raise self._advised(error, client) from None

    def _advised(self, refusal: ActionRefused, client: aiosmtplib.SMTP) -> ActionRefused:
        """Returns the refusal, with advice if the server offers encryption or a log-in that the settings do not use."""
        if self._settings.security == "none" and client.supports_extension("starttls"):
            return refused_with(refusal, f"the server offers STARTTLS: {SECURITY.upgrade}")
        if self._settings.username is None and client.supports_extension("auth"):
            return refused_with(refusal, "the server offers a log-in: set email.username and its password")
        return refusal

    async def _envelope(self, client: aiosmtplib.SMTP, size: int, recipients: tuple[str, ...]) -> MailOutcome:
        """Sends sender and recipients. Returns the outcome if at least one recipient is accepted.

        Otherwise raises ActionFailed if one may be accepted later, else ActionRefused.
        """
        await self._sender(client, size)
        answers: dict[str, ActionError | None] = {}
        for recipient in recipients:
            async with self._steps.step(f"recipient {recipient}"):
                refusal = await send_recipient(client, recipient)
                answers[recipient] = None if refusal is None else self._explain(refusal)
        outcome = MailOutcome(
            accepted=tuple(recipient for recipient, error in answers.items() if error is None),
            deferred=_not_taken(answers, ActionFailed),
            refused=_not_taken(answers, ActionRefused),
        )
        if not outcome.accepted:
            kind = ActionFailed if outcome.deferred else ActionRefused
            text = "; ".join(f"{recipient}: {error}" for recipient, error in answers.items())
            raise self._steps.located(kind(text), at="recipients")
        return outcome

    async def _sender(self, client: aiosmtplib.SMTP, size: int) -> None:
        """Sends the sender. Raises ContentRefused for a mail that is too large, or ActionError with advice."""
        try:
            async with self._steps.step("sender"):
                await send_sender(client, self._settings.sender, size=size)
        except ContentRefused:
            raise
        except ActionRefused as error:
            refusal = self._advised(error, client)
            if self._settings.username is not None and refusal is error:
                advice = f"email.sender ({self._settings.sender}) must be an address of the account"
                refusal = refused_with(error, advice)
            raise refusal from None

    async def _data(self, client: aiosmtplib.SMTP, message: bytes) -> None:
        """Sends the message. Returns once the server has accepted it. Raises ActionError if it does not."""
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
            if verdict.code not in SUCCESS:
                raise aiosmtplib.SMTPDataError(verdict.code, verdict.message)

    def _explain(self, error: Exception) -> ActionError | None:
        """Returns the ActionError for an exception of aiosmtplib, or None for any other."""
        if isinstance(error, ActionError):
            return error
        return explained(error, username=self._settings.username, password=self._password)


def _not_taken(answers: dict[str, ActionError | None], kind: type[ActionError]) -> tuple[NotTaken, ...]:
    """Returns the recipients whose error is of this kind, with the reason."""
    return tuple(
        NotTaken(recipient=recipient, reason=str(error))
        for recipient, error in answers.items()
        if isinstance(error, kind)
    )
