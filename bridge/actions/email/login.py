"""Log-in to a mail server (RFC 4954)."""

from __future__ import annotations

import aiosmtplib

from bridge.errors import ActionRefused

_WRONG_PASSWORD = 535
# CRAM-MD5 last on an encrypted connection: some servers offer it without a stored password to check it.
_METHODS_ENCRYPTED = ("plain", "login", "cram-md5")
_METHODS_PLAIN = ("cram-md5", "plain", "login")


async def login(client: aiosmtplib.SMTP, user: str, password: str) -> None:
    """Logs in by the first method that the server supports, after EHLO.

    A wrong password is tried once: by another method it would be as wrong, and would count twice
    against lock-out. Raises `ActionRefused` if there is no method,
    `SMTPAuthenticationError` for the server's refusal, and a lost connection's exceptions.
    """
    secret = client.get_transport_info("sslcontext") is not None
    known = _METHODS_ENCRYPTED if secret else _METHODS_PLAIN
    offered = [method for method in known if method in client.server_auth_methods]
    if not offered:
        message = "the server offers no way to log in over this connection"
        raise ActionRefused(message)
    for method in offered:
        try:
            await getattr(client, f"auth_{method.replace('-', '')}")(user, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            another_may_do = error.code >= 500 and error.code != _WRONG_PASSWORD  # noqa: PLR2004 - RFC 5321's permanent
            if not another_may_do or method == offered[-1]:
                raise
        else:
            return
