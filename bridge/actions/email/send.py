"""Send one mail, once: say for whom the server took it, or why not."""

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
    """One attempt; `message` is what `email_message.message_bytes` gives, made off the loop.

    `recipients` are all of the settings', or those that an earlier outcome left `deferred`.
    Raises `ActionFailed` when it is worth trying again, `ActionRefused` when it is not. A cut or a
    silence after the message was handed over is an `ActionFailed` too, though the server may have
    taken it: a retry with the same Message-ID lets the other side see the twin. `taken` is called as
    soon as the server has answered for the message, before the goodbye: who notes it then has the
    shortest time in which a power cut makes a twin.
    """
    outcomes: list[MailOutcome] = []

    def has_taken(outcome: MailOutcome) -> None:
        outcomes.append(outcome)
        taken(outcome)

    session = (await asyncio.to_thread(_session_class))(settings, limits)
    try:
        async with asyncio.timeout(limits.whole_s):
            await session.deliver(message, tuple(recipients or settings.recipients), has_taken)
    except TimeoutError:
        if not outcomes:
            reason = f"not done within {limits.whole_s:g} s"
            raise ActionFailed(reason) from None
    finally:
        session.abort()
    return outcomes[0]


def _session_class() -> type[SmtpSession]:
    from bridge.actions.email.session import SmtpSession  # noqa: PLC0415 - heavy: only once a mail is sent

    return SmtpSession
