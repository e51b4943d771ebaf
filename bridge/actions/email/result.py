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
