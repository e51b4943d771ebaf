"""The result of an attempt to send a mail that the server accepted for at least one recipient."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """A recipient for whom the server did not accept the mail; `reason` is the server's, made printable."""

    recipient: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOutcome:
    """The mail was accepted for `accepted`, at least one: they must not get it again.

    `deferred` may be tried again, alone; `refused` may not.
    """

    accepted: tuple[str, ...]
    deferred: tuple[NotTaken, ...] = ()
    refused: tuple[NotTaken, ...] = ()
