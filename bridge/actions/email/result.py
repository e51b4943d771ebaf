"""How an attempt to send a mail ended, when the server took it for anybody at all."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """A recipient for whom the server did not take the mail; `reason` is the server's, made printable."""

    recipient: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOutcome:
    """The mail was taken for `accepted`, at least one: they must not get it again.

    `deferred` may be tried again, alone; `refused` may not.
    """

    accepted: tuple[str, ...]
    deferred: tuple[NotTaken, ...] = ()
    refused: tuple[NotTaken, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLimits:
    """How long an attempt may take.

    `step_s` is for each command, and for each piece of the message to be taken by the network;
    `verdict_s` for the server to make up its mind about the whole message, where it looks for
    viruses and a mail cut off is a mail sent twice; `whole_s` for everything.
    """

    step_s: float = 30
    verdict_s: float = 120
    whole_s: float = 600
