"""Sends one mail, once, and returns the server's verdict for each recipient."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bridge.actions.attempt import DEFAULT_LIMITS, AttemptLimits
from bridge.actions.email.result import MailOutcome
from bridge.errors import ActionFailed

if TYPE_CHECKING:
    from bridge.actions.email.session import SmtpSession
    from bridge.core.definitions.settings import EmailSettings


async def send(
    settings: EmailSettings,
    message: bytes,
    *,
    recipients: Sequence[str] | None = None,
    limits: AttemptLimits = DEFAULT_LIMITS,
    taken: Callable[[MailOutcome], None] = lambda _: None,
) -> MailOutcome:
    """Makes one attempt to send a mail. Returns the server's verdict for each recipient.

    `message` is the result of `message.message_bytes`, computed off the loop. `recipients` is the settings' by default
    (None), or those that an earlier outcome left `deferred`. `taken` is called as soon as the server has accepted the
    message, before the goodbye, so that its record leaves the shortest time in which a power cut makes a twin.

    Raises:
        ActionFailed: a retry is worth it. A cut or a silence after the message was handed over is one too, though the
            server may have accepted it: a retry with the same Message-ID lets the receiver recognise the twin.
        ActionRefused: a retry is not.
    """
    outcomes: list[MailOutcome] = []

    def has_taken(outcome: MailOutcome) -> None:
        """Notes the outcome, so that a later fault is known to come after it, and passes it on."""
        outcomes.append(outcome)
        taken(outcome)

    session = (await asyncio.to_thread(_session_class))(settings, limits)
    try:
        async with asyncio.timeout(limits.whole_s):
            await session.deliver(message, tuple(recipients or settings.recipients), has_taken)
    except TimeoutError:
        if not outcomes:
            reason = f"{settings.host}:{settings.port}: not done within {limits.whole_s:g} s"
            raise ActionFailed(reason) from None
    finally:
        session.abort()
    return outcomes[0]


def _session_class() -> type[SmtpSession]:
    """Imports and returns the session's class, since its library takes long to import."""
    from bridge.actions.email.session import SmtpSession  # noqa: PLC0415 - heavy: only once a mail is sent

    return SmtpSession
