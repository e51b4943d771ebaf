"""Envelope of a mail: its sender and recipients, with the server's answer to each (RFC 5321, 3.3)."""

from __future__ import annotations

import aiosmtplib

from bridge.actions.email.message import ascii_address
from bridge.actions.email.refusals import SUCCESS
from bridge.errors import ActionRefused, ContentRefused

_PERHAPS_PARAMETERS = {501, 503, 504, 555}
"""Refusals of MAIL that may concern its SIZE alone."""


async def send_sender(client: aiosmtplib.SMTP, sender: str, *, size: int) -> None:
    """Sends MAIL, with the size of the mail if the server has announced SIZE (RFC 1870).

    Raises ContentRefused for a mail above the announced limit (some servers find out after the whole transfer), and
    `aiosmtplib.SMTPSenderRefused` for the server's refusal.
    """
    address = ascii_address(sender)
    announced = client.esmtp_extensions.get("size")
    try:
        await _mail(client, address, [] if announced is None else [f"SIZE={size}"])
    except aiosmtplib.SMTPSenderRefused as error:
        if announced is None or error.code not in _PERHAPS_PARAMETERS:
            raise
        await _mail(client, address, [])
    limit = (announced or "").strip()
    if limit.isascii() and limit.isdecimal() and 0 < int(limit) < size:
        message = f"the server accepts mails up to {limit} bytes, this one has {size}"
        raise ContentRefused(message)


async def send_recipient(
    client: aiosmtplib.SMTP, recipient: str
) -> aiosmtplib.SMTPRecipientRefused | ActionRefused | None:
    """Sends RCPT. Returns the refusal of this recipient, or None if it is accepted.

    Raises aiosmtplib's exceptions of the connection.
    """
    try:
        await client.rcpt(ascii_address(recipient))
    except aiosmtplib.SMTPRecipientRefused as error:
        return None if error.code in SUCCESS else error
    except ActionRefused as error:
        return error
    return None


async def _mail(client: aiosmtplib.SMTP, address: str, options: list[str]) -> None:
    """Sends MAIL; any 2xx is a success. Raises aiosmtplib.SMTPSenderRefused."""
    try:
        await client.mail(address, options=options)
    except aiosmtplib.SMTPSenderRefused as error:
        if error.code not in SUCCESS:
            raise
