"""Errors of a mail server: its answers as an `ActionError` (RFC 5321, 4.2.1: 5xx is permanent, 4xx is not)."""

from __future__ import annotations

import aiosmtplib

from bridge.actions.reply_limit import ENDLESS, MEANINGLESS
from bridge.errors import ActionError, ActionFailed, ActionRefused, ContentRefused
from bridge.text.printable import printable

SUCCESS, PERMANENT = range(200, 300), range(500, 600)
_TOO_LARGE = 552
_NO_ANSWER = -1
"""aiosmtplib's code for text that is no answer of SMTP, and for an answer without an end."""


def explained(error: Exception, *, username: str | None, password: str) -> ActionError | None:
    """Returns the ActionError for an exception of aiosmtplib, or None for any other; its text has no password."""
    if isinstance(error, aiosmtplib.SMTPResponseException):
        text = printable(error.message, hide=(password, f"\0{username}\0{password}"))
        return _kind(error)(f"{error.code} {text}" if error.code != _NO_ANSWER else _no_answer(text))
    if isinstance(error, OSError):  # aiosmtplib's own for a lost connection are OSErrors too
        return None
    if isinstance(error, aiosmtplib.SMTPException):
        return ActionRefused(printable(error.message))
    if isinstance(error, ValueError):
        return ActionRefused("host, user name or password holds what cannot be sent")
    return None


def _no_answer(text: str) -> str:
    """Returns the reason for text that is no answer of SMTP."""
    if text == "Response too long":
        return ENDLESS
    return f"{MEANINGLESS}: {text.removeprefix('Malformed SMTP response line: ')}"


def _kind(error: aiosmtplib.SMTPResponseException) -> type[ActionError]:
    """Returns the class of a refusal: ActionFailed, ActionRefused, or ContentRefused.

    After DATA, or 552 for an announced size (RFC 1870), a permanent one is the content's. A recipient's 552 is a full
    mailbox or too many recipients, which another try may get over (RFC 5321, 4.5.3.1.10).
    """
    is_too_large = error.code == _TOO_LARGE
    if error.code not in PERMANENT or (is_too_large and isinstance(error, aiosmtplib.SMTPRecipientRefused)):
        return ActionFailed
    if isinstance(error, aiosmtplib.SMTPDataError) or (
        is_too_large and isinstance(error, aiosmtplib.SMTPSenderRefused)
    ):
        return ContentRefused
    return ActionRefused
