"""Requests to one camera: over one connection that is kept, with the log-in that the camera takes.

HTTP digest is used where a camera asks for it, WS-UsernameToken with the camera's own clock where it answers with a
fault instead. Either way the password itself is never sent.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from bridge.errors import ActionError, ActionFailed, ActionRefused, CameraRefused, MessageMalformed, TlsFileError
from bridge.lines.onvif.envelope import Request, Token, answer, envelope
from bridge.system.http.body import announced_length
from bridge.system.http.challenge import challenges
from bridge.system.http.exchange import ClosedEarly, Exchange, Header
from bridge.system.http.head import Head
from bridge.system.http.login import Credentials, Login, strongest
from bridge.system.tls import client_context, tls_problem

LARGEST_BYTES: Final = 4 * 1024 * 1024
"""Limit of an answer; an NVR's profiles are the largest."""
NO_CONTENT, UNAUTHORIZED = 204, 401
MOST_ATTEMPTS: Final = 5
"""Log-ins, an aged nonce and a connection that the camera had closed, together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """The log-in at a camera, and the authorities to trust."""

    username: str | None = None
    password: str = field(default="", repr=False)
    ca_file: Path | None = None


class CameraClient:
    """One connection to one camera, for one request at a time; the caller always calls `close`.

    `clock_offset_s` is the camera's clock against ours, for WS-UsernameToken.
    """

    def __init__(self, access: Access) -> None:
        self.clock_offset_s = 0.0
        self._access = access
        self._exchange: Exchange | None = None
        self._server = ""
        self._context: ssl.SSLContext | None = None
        self._login: Login | None = None
        self._uses_token = False

    async def call(
        self, address: str, request: Request, *, within_s: float, is_open: bool = False, largest: int = LARGEST_BYTES
    ) -> Element | None:
        """Sends a request. Returns its answer; None for an empty one. With `is_open` it needs no log-in.

        Raises:
            CameraRefused: the camera answered with a fault; `is_login` if it refuses user name or password.
            ActionRefused: address or certificate must be changed.
            ActionFailed: no answer within `within_s`; a retry may help.
            MessageMalformed: the answer means nothing.
        """
        try:
            async with asyncio.timeout(within_s):
                return await self._call(address, request, is_open=is_open, largest=largest)
        except TimeoutError:
            self.close()
            message = f"no answer within {within_s:g} s"
            raise ActionFailed(message) from None
        except ssl.SSLError as error:
            self.close()
            problem = tls_problem(error, server=self._server)
            raise (ActionRefused if problem.permanent else ActionFailed)(problem.message) from error
        except (OSError, UnicodeError) as error:
            self.close()
            message = f"cannot be reached ({getattr(error, 'strerror', None) or type(error).__name__})"
            raise ActionFailed(message) from error
        except (ActionError, MessageMalformed, asyncio.CancelledError):
            if self._exchange is not None and not self._exchange.is_idle:
                self.close()
            raise

    def set_clock(self, clock: datetime) -> None:
        """Takes the camera's own time, as it is now."""
        self.clock_offset_s = (clock - datetime.now(UTC)).total_seconds()

    def close(self) -> None:
        """Closes the connection; the next call opens another."""
        if self._exchange is not None:
            self._exchange.close()
            self._exchange = None

    async def _call(self, address: str, request: Request, *, is_open: bool, largest: int) -> Element | None:
        tried: set[str] = set()
        for _ in range(MOST_ATTEMPTS):
            head, content = await self._send(
                address, request, with_login=not is_open or self._login is not None, largest=largest
            )
            if head.status == UNAUTHORIZED:
                self._choose_login(head, content, tried)
                continue
            try:
                if content.strip():
                    return answer(content)
                _check_empty(head)
                return None  # noqa: TRY300 - what follows is of faults
            except CameraRefused as refused:
                if (
                    not refused.is_login
                    or is_open
                    or self._access.username is None
                    or "token" in tried
                    or self._uses_token
                ):
                    raise
                tried.add("token")
                self._uses_token = True
            except MessageMalformed:
                if head.status >= 400:  # noqa: PLR2004 - a page of words
                    message = f"answers with status {head.status}: is this its device service?"
                    raise ActionFailed(message) from None
                raise
        message = "does not take a log-in"
        raise CameraRefused(message, is_login=True)

    def _choose_login(self, head: Head, content: bytes, tried: set[str]) -> None:
        """Chooses the next log-in after a 401. Raises CameraRefused if all were tried."""
        if self._access.username is None:
            message = "asks for a log-in: put username and password into the settings"
            raise CameraRefused(message, is_login=True)
        challenge = strongest(each for each in challenges(head.all("www-authenticate")) if each.scheme == "digest")
        fresh = f"digest {challenge.get('nonce')}" if challenge is not None else ""
        # A nonce that ended is answered with another one, whether the camera says `stale` or not.
        if challenge is not None and fresh not in tried and sum(each.startswith("digest") for each in tried) < 2:  # noqa: PLR2004
            tried.add(fresh)
            credentials = Credentials(username=self._access.username, password=self._access.password)
            self._login = Login(challenge=challenge, credentials=credentials, client_nonce=secrets.token_hex(8))
            return
        if "token" not in tried and not self._uses_token:
            tried.add("token")
            self._uses_token = True
            return
        self._login, self._uses_token = None, False
        del content
        message = "refuses user name or password"
        raise CameraRefused(message, is_login=True)

    async def _send(self, address: str, request: Request, *, with_login: bool, largest: int) -> tuple[Head, bytes]:
        """Sends a request once, over the connection there is or a new one. Returns head and content of the answer."""
        parts = urlsplit(address)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        token = self._token() if with_login and self._uses_token else None
        content = envelope(request, token)
        was_kept = self._exchange is not None and self._server == f"{parts.scheme}://{parts.netloc}"
        for again in (False, True):
            exchange = await self._connected(address)
            try:
                head = await exchange.request(
                    "POST", target, self._headers(parts.netloc, target, request, content), content
                )
            except (ClosedEarly, ConnectionError):
                self.close()
                if again or not was_kept:
                    raise
                continue
            if head.status == NO_CONTENT:
                self.close()
                return head, b""
            if (announced_length(head) or 0) > largest:
                self._refuse_size(largest)
            body = b"".join([part async for part in exchange.body(head, largest=largest)])
            if len(body) > largest:
                self._refuse_size(largest)
            if not exchange.is_idle:
                self.close()
            return head, body
        raise ClosedEarly

    def _refuse_size(self, largest: int) -> NoReturn:
        """Closes the connection, on which more of the answer comes, and raises MessageMalformed."""
        self.close()
        message = f"is larger than {largest >> 10} KiB"
        raise MessageMalformed(message)

    async def _connected(self, address: str) -> Exchange:
        parts = urlsplit(address)
        server = f"{parts.scheme}://{parts.netloc}"
        if self._exchange is not None and (self._server != server or not self._exchange.is_idle):
            self.close()
        if self._exchange is None:
            context = await self._tls() if parts.scheme == "https" else None
            port = parts.port or (443 if parts.scheme == "https" else 80)
            self._server = server
            self._exchange = await Exchange.open(parts.hostname or "", port, context=context)
        return self._exchange

    async def _tls(self) -> ssl.SSLContext:
        """Returns the context of TLS, made once. Raises ActionRefused if `ca_file` cannot be used."""
        if self._context is None:
            try:
                self._context = await asyncio.to_thread(client_context, self._access.ca_file)
            except TlsFileError as error:
                raise ActionRefused(str(error)) from error
        return self._context

    def _headers(self, host: str, target: str, request: Request, content: bytes) -> list[Header]:
        action = f'; action="{request.action}"' if request.action else ""
        headers = [
            ("Host", host.rpartition("@")[2].encode("idna")),
            ("User-Agent", b"alarm2mqtt"),
            ("Content-Type", f"application/soap+xml; charset=utf-8{action}".encode()),
            ("Content-Length", str(len(content)).encode()),
        ]
        if self._login is not None:
            headers.append(("Authorization", self._login.authorization("POST", target)))
        return headers

    def _token(self) -> Token | None:
        if self._access.username is None:
            return None
        return Token(
            username=self._access.username,
            password=self._access.password,
            nonce=secrets.token_bytes(16),
            created=datetime.now(UTC) + timedelta(seconds=self.clock_offset_s),
        )


def _check_empty(head: Head) -> None:
    """Raises ActionFailed for an answer without a content whose status is an error."""
    if head.status >= 400:  # noqa: PLR2004 - errors
        message = f"answers with status {head.status}"
        raise ActionFailed(message)
