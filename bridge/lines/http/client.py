"""Requests to one device over HTTP, with the strongest log-in that it asks for."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from typing import TYPE_CHECKING, Final, NoReturn
from urllib.parse import quote

from bridge.errors import ActionError, ActionFailed, ActionRefused, TlsFileError
from bridge.system.http.challenge import challenges
from bridge.system.http.exchange import Exchange, Header
from bridge.system.http.login import Credentials, Login, is_stale, strongest
from bridge.system.tls import client_context, tls_problem
from bridge.text.device_url import DeviceUrl, device_url

if TYPE_CHECKING:
    from bridge.core.definitions.http_lines import HttpRequest, HttpSink
    from bridge.system.http.head import Head

UNAUTHORIZED: Final = 401
LARGEST_ANSWER: Final = 64 * 1024
MOST_REQUESTS: Final = 3
"""A request, its log-in, and another where a nonce has aged."""
_KINDS: Final = (("{", b"application/json"), ("[", b"application/json"), ("<", b"application/xml"))


class HttpClient:
    """Sends the requests of one line; the caller bounds each call by a time limit.

    The password is sent only after the device has asked for it, and to that server alone; at once where the address has
    a place for it.
    """

    def __init__(self, line: HttpSink) -> None:
        self._line = line
        self._context: ssl.SSLContext | None = None
        self._login: Login | None = None
        self._login_at = ""

    @staticmethod
    def shown(request: HttpRequest) -> str:
        """Returns the address of a request for people: scheme, host and port, which hold no secret."""
        return device_url(request.url.reveal()).shown

    async def send(self, request: HttpRequest) -> None:
        """Sends a request, and returns once the device has taken it (2xx). No error holds a secret.

        Raises:
            ActionRefused: the device refuses the request or the log-in (4xx), or has another address for it (3xx).
            ActionFailed: no answer, or a failing device (5xx); a retry may help.
        """
        username = self._line.username
        password = None if self._line.password is None else self._line.password.reveal()
        url = device_url(_with_login(request.url.reveal(), username, password), username=username, password=password)
        try:
            await self._send(url, request)
        except ssl.SSLError as error:
            self._fail(url, tls_problem(error, server=url.server).message)
        except TlsFileError as error:
            self._fail(url, str(error))
        except (OSError, UnicodeError) as error:
            self._fail(url, f"cannot be reached ({getattr(error, 'strerror', None) or 'no answer'})")
        except ActionError as error:
            message = f"{url.shown}: {error}"
            raise type(error)(message) if type(error) is ActionRefused else ActionFailed(message) from None

    async def _send(self, url: DeviceUrl, request: HttpRequest) -> None:
        content = b"" if request.body is None else request.body.reveal().encode()
        exchange: Exchange | None = None
        is_fresh = False
        try:
            for _ in range(MOST_REQUESTS):
                if exchange is None:
                    context = await self._tls() if url.scheme == "https" else None
                    exchange = await Exchange.open(url.host, url.port, context=context)
                head = await exchange.request(request.verb, url.target, self._headers(url, request, content), content)
                if head.status != UNAUTHORIZED:
                    _check(head)
                    return
                self._log_in(url, head, is_fresh=is_fresh)
                is_fresh = True
                if not await exchange.skip_body(head, largest=LARGEST_ANSWER):
                    exchange.close()
                    exchange = None
        finally:
            if exchange is not None:
                exchange.close()
        self._deny()

    async def _tls(self) -> ssl.SSLContext:
        """Returns the context of TLS, made once. Raises TlsFileError if `ca_file` cannot be used."""
        if self._context is None:
            self._context = await asyncio.to_thread(client_context, self._line.ca_file)
        return self._context

    def _headers(self, url: DeviceUrl, request: HttpRequest, content: bytes) -> list[Header]:
        """Returns the headers of the next request; those of the settings come instead of ours."""
        headers: dict[str, Header] = {
            "host": ("Host", url.server.encode("idna")),
            "user-agent": ("User-Agent", b"alarm2mqtt"),
            "accept": ("Accept", b"*/*"),
            "accept-encoding": ("Accept-Encoding", b"identity"),
        }
        if self._login is not None and self._login_at == url.shown:
            value = self._login.authorization(request.verb, url.target)
            headers["authorization"] = ("Authorization", value)
        if content:
            headers["content-type"] = ("Content-Type", _kind_of(content))
        headers |= {name.lower(): (name, value.reveal().encode()) for name, value in request.headers.items()}
        if content or request.verb in ("POST", "PUT", "PATCH"):
            headers["content-length"] = ("Content-Length", str(len(content)).encode())
        return list(headers.values())

    def _log_in(self, url: DeviceUrl, head: Head, *, is_fresh: bool) -> None:
        """Chooses the strongest log-in for the next request. Raises ActionRefused where none can help."""
        if url.username is None:
            message = "asks for a log-in (401): give username and password"
            raise ActionRefused(message)
        chosen = strongest(challenges(head.all("www-authenticate")))
        if chosen is None or (is_fresh and not is_stale(chosen)):
            self._deny()
        credentials = Credentials(username=url.username, password=url.password or "")
        self._login_at = url.shown
        self._login = Login(challenge=chosen, credentials=credentials, client_nonce=secrets.token_hex(8))

    def _deny(self) -> NoReturn:
        self._login = None
        message = "refuses user name or password (401)"
        raise ActionRefused(message)

    @staticmethod
    def _fail(url: DeviceUrl, reason: str) -> NoReturn:
        message = f"{url.shown}: {reason}"
        raise ActionFailed(message) from None


def _with_login(address: str, username: str | None, password: str | None) -> str:
    """Returns an address with user name and password at their places, for devices that take them there alone."""
    for place, text in (("{username}", username), ("{password}", password)):
        address = address.replace(place, quote(text or "", safe=""))
    return address


def _check(head: Head) -> None:
    """Raises the ActionError of a status other than 2xx."""
    status = head.status
    if 200 <= status < 300:  # noqa: PLR2004 - success
        return
    message = f"answered with status {status}"
    if 300 <= status < 400:  # noqa: PLR2004 - elsewhere
        message = f"answered with another address (status {status}): put that one into the settings"
    if 300 <= status < 500:  # noqa: PLR2004 - elsewhere, or the request is wrong
        raise ActionRefused(message)
    raise ActionFailed(message)


def _kind_of(content: bytes) -> bytes:
    """Returns the media type of a body."""
    first = content.lstrip()[:1].decode("latin-1")
    return next((kind for start, kind in _KINDS if first == start), b"text/plain; charset=utf-8")
