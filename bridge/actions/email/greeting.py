"""Greeting of a mail server, EHLO or HELO, and the name of this side in it (RFC 5321, 3.2 and 4.1.1.1)."""

from __future__ import annotations

import ipaddress

import aiosmtplib

from bridge.actions.email.refusals import PERMANENT
from bridge.errors import ActionRefused
from bridge.text.printable import printable


async def greet(client: aiosmtplib.SMTP, *, needs_extensions: bool) -> bool:
    """Greets with EHLO, or with HELO if EHLO is refused for ever. Returns True after a greeting.

    Returns False if the server hangs up instead: HELO may succeed on a new connection. `needs_extensions`: STARTTLS or
    a log-in is needed, which HELO does not offer. Then ActionRefused is raised in place of HELO, and a hang-up raises
    `aiosmtplib.SMTPServerDisconnected`.
    """
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError as error:
        if error.code not in PERMANENT:
            raise
        if needs_extensions:
            reason = f"{error.code} {printable(error.message)}; without EHLO the server has no STARTTLS and no log-in"
            message = f"{reason}: use another server, or set email.security to none and no email.username"
            raise ActionRefused(message) from None
    except aiosmtplib.SMTPServerDisconnected:
        if needs_extensions:
            raise
        return False
    else:
        return True
    try:
        await client.helo()
    except aiosmtplib.SMTPServerDisconnected:
        return False
    return True


def address_literal(address: str) -> str:
    """Returns an IP address as EHLO expects it from a host without a name (RFC 5321, 4.1.3): `[192.0.2.1]`."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    return f"[IPv6:{ip}]" if ip.version == 6 else f"[{ip}]"  # noqa: PLR2004 - IP's own version
