"""Log-in to a mail server (RFC 4954)."""

from __future__ import annotations

import base64

import aiosmtplib

from bridge.errors import ActionRefused
from bridge.text.printable import printable

_GO_ON, _LOGGED_IN, _WRONG_PASSWORD = 334, 235, 535
_ANOTHER_METHOD = {_GO_ON, *range(500, 600)}
"""A refusal of the method; 334 is a challenge that cannot be read."""
# CRAM-MD5 last on an encrypted connection: some servers offer it without a stored password to check it.
_METHODS_ENCRYPTED = ("plain", "login", "cram-md5")
_METHODS_PLAIN = ("cram-md5", "plain", "login")
_TOKENS = {"xoauth2", "oauthbearer"}


async def login(client: aiosmtplib.SMTP, user: str, password: str) -> None:
    """Logs in by the first method that the server supports; called after EHLO.

    A wrong password is tried once: by another method it would be as wrong, and would count twice against lock-out.

    Raises:
        ActionRefused: there is no common method.
        aiosmtplib.SMTPAuthenticationError: the server refuses.
        aiosmtplib.SMTPServerDisconnected: the connection is lost.
    """
    secret = client.get_transport_info("sslcontext") is not None
    known = _METHODS_ENCRYPTED if secret else _METHODS_PLAIN
    offered = [method for method in known if method in client.server_auth_methods]
    if not offered:
        raise ActionRefused(_no_method(client.server_auth_methods))
    for method in offered:
        try:
            await _METHODS[method](client, user, password)
        except aiosmtplib.SMTPAuthenticationError as error:
            another_may_do = error.code in _ANOTHER_METHOD and error.code != _WRONG_PASSWORD
            if not another_may_do or method == offered[-1]:
                raise
        else:
            return


def _no_method(offered: list[str]) -> str:
    """Returns the message, with advice, for a server that offers no usable method."""
    reason = "the server offers no way to log in over this connection"
    if not offered:
        return f"{reason}; leave email.username and email.password empty, or change email.security"
    names = " ".join(dict.fromkeys(method.upper() for method in offered))
    advice = f"{reason} that a password is enough for, only {printable(names)}"
    if any(method in _TOKENS for method in offered):
        return f"{advice}, which needs tokens; use an app password on another server of the provider, or a mail relay"
    return f"{advice}; use another server, or a mail relay"


async def _plain(client: aiosmtplib.SMTP, user: str, password: str) -> None:
    await client.auth_plain(user, password)


async def _cram_md5(client: aiosmtplib.SMTP, user: str, password: str) -> None:
    await client.auth_crammd5(user, password)


async def _login(client: aiosmtplib.SMTP, user: str, password: str) -> None:
    """Logs in with LOGIN, one line after the other. Raises aiosmtplib.SMTPAuthenticationError.

    Some servers request a user name again that came with the command. The order of the prompts counts, not their text,
    which no standard defines.
    """
    await _answered(client, b"AUTH", b"LOGIN", code=_GO_ON)
    await _answered(client, base64.b64encode(user.encode()), code=_GO_ON)
    await _answered(client, base64.b64encode(password.encode()), code=_LOGGED_IN)


async def _answered(client: aiosmtplib.SMTP, *line: bytes, code: int) -> None:
    """Sends a line. Raises aiosmtplib.SMTPAuthenticationError unless the answer has this code."""
    response = await client.execute_command(*line)
    if response.code != code:
        raise aiosmtplib.SMTPAuthenticationError(response.code, response.message)


_METHODS = {"plain": _plain, "login": _login, "cram-md5": _cram_md5}
