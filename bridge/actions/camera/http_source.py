"""Pictures over HTTP(S), from cameras that speak it in their own way, with the strongest log-in that they offer.

Above 300 lines, since a request, its log-in and what may be wrong with the answer are one exchange.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import ssl
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urljoin

from bridge.actions.camera.arriving_picture import LARGEST_BYTES, ArrivingPicture
from bridge.actions.camera.picture import Picture, picture_of
from bridge.errors import ActionError, ActionFailed, ActionRefused, TlsFileError
from bridge.system.http.body import announced_length
from bridge.system.http.challenge import challenges
from bridge.system.http.exchange import ClosedEarly, Exchange, Header
from bridge.system.http.head import Head
from bridge.system.http.login import Credentials, Login, is_stale, strongest
from bridge.system.tls import client_context, tls_problem
from bridge.text.device_url import DeviceUrl, device_url

_log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
LARGEST_ERROR_PAGE = 64 * 1024
MOST_REQUESTS = 6
"""Limit of requests for one picture: log-ins, an aged nonce and redirects together."""
REFUSED_FOR_S = 60.0
"""Time without a request after a refused password: cameras lock out who tries again and again."""
BUSY_WAIT_S, LONGEST_BUSY_WAIT_S = 0.5, 1.0
_DENIED = {401, 403}
_WRONG_ADDRESS = {404, 405, 410}
_BUSY = {429, 500, 502, 503, 504}
_MOST_COOKIES = 8
_LONGEST_COOKIE = 1024


class Busy(ActionFailed):
    """The camera has no picture at the moment, and may have one within the second."""

    def __init__(self, message: str, *, wait_s: float = BUSY_WAIT_S) -> None:
        self.wait_s = min(wait_s, LONGEST_BUSY_WAIT_S)
        super().__init__(message)


@dataclass(slots=True, kw_only=True)
class _Visit:
    """The state of one picture's requests."""

    url: DeviceUrl
    exchange: Exchange | None = None
    cookies: dict[str, str]
    fresh_login: bool = False
    """Whether the camera has asked for the present log-in during this visit."""
    renewed: bool = False
    """Whether an aged nonce was exchanged during this visit."""


class HttpPictures:
    """One camera's snapshot address; a log-in is kept, so digest needs its second request only once.

    The password is sent only after the camera has demanded it, and never to another host: only
    redirects on the same host are followed. With https the certificate and the host name are always
    checked, against `ca_file` or the system's authorities.
    """

    def __init__(self, *, url: DeviceUrl, ca_file: Path | None = None, timeout_s: float = TIMEOUT_S) -> None:
        self._url = url
        self._ca_file = ca_file
        self._timeout_s = timeout_s
        self._context: ssl.SSLContext | None = None
        self._login: Login | None = None
        self._login_at = ""
        """Scheme and server that asked for it: what TLS protected is not sent without."""
        self._refused_until = 0.0
        self._warned_of_basic = False

    async def picture(self, *, at: float) -> Picture:
        """Requests a picture now. Returns it, dated by the begin of the answer; `at` only gives its offset.

        Raises:
            ActionRefused: address, log-in or certificate must be changed, or the password was refused within
                `REFUSED_FOR_S`.
            ActionFailed: no picture came in time; a retry may help.
        """
        if time.monotonic() < self._refused_until:
            self._refuse(f"user name or password refused; not tried again for {REFUSED_FOR_S:g} s")
        try:
            async with asyncio.timeout(self._timeout_s):
                jpeg, taken = await self._picture()
            return picture_of(jpeg, monotonic=taken, at=at)
        except TimeoutError:
            self._fail(f"no picture within {self._timeout_s:g} s")
        except UnicodeError:
            self._refuse("the address is not one")
        except ssl.SSLError as error:
            self._end_tls(error)
        except OSError as error:
            self._fail(f"the connection broke ({error.strerror or type(error).__name__})")
        except ActionRefused as error:
            self._refuse(str(error))
        except ActionError as error:
            self._fail(str(error))

    async def close(self) -> None:
        """Does nothing: no connection is kept."""

    async def _picture(self) -> tuple[bytes, float]:
        """Returns a picture and its instant; tries once more within the second if the camera is busy.

        Raises ActionError.
        """
        try:
            return await self._visit()
        except (Busy, ClosedEarly) as error:
            await asyncio.sleep(error.wait_s if isinstance(error, Busy) else BUSY_WAIT_S)
        return await self._visit()

    async def _visit(self) -> tuple[bytes, float]:
        """Makes the requests for one picture: log-ins, redirects, the picture. Returns it and its instant.

        Raises ActionError.
        """
        visit = _Visit(url=self._url, cookies={})
        try:
            for _ in range(MOST_REQUESTS):
                head = await self._get(visit)
                taken = time.monotonic()
                if await self._goes_on(visit, head):
                    continue
                self._check(head)
                assert visit.exchange is not None  # noqa: S101 - it gave the head
                picture = ArrivingPicture(announced=announced_length(head), hide=self._url.hide)
                async for data in visit.exchange.body(head, largest=LARGEST_BYTES):
                    if picture.feed(data):
                        break
                return self._whole(picture, head), taken
        finally:
            if visit.exchange is not None:
                visit.exchange.close()
        message = f"gives no picture after {MOST_REQUESTS} requests (log-ins and other addresses)"
        raise ActionRefused(message)

    async def _get(self, visit: _Visit) -> Head:
        """Requests the visit's address, on a new connection if the present one was closed.

        Returns the head of the answer.
        """
        if visit.exchange is not None:
            try:
                return await visit.exchange.get(visit.url.target, self._headers(visit))
            except (ClosedEarly, ConnectionError):
                visit.exchange.close()
        visit.exchange = await self._connect(visit.url)
        return await visit.exchange.get(visit.url.target, self._headers(visit))

    async def _connect(self, url: DeviceUrl) -> Exchange:
        """Returns a new connection. Raises ActionFailed if the camera cannot be reached, and ssl.SSLError."""
        context = await self._tls() if url.scheme == "https" else None
        try:
            return await Exchange.open(url.host, url.port, context=context)
        except ssl.SSLError:
            raise
        except OSError as error:
            message = f"cannot be reached ({error.strerror or 'no answer'})"
            raise ActionFailed(message) from error

    async def _tls(self) -> ssl.SSLContext:
        """Returns the context of TLS, made once. Raises ActionRefused if `ca_file` cannot be used."""
        if self._context is None:
            try:
                self._context = await asyncio.to_thread(client_context, self._ca_file)
            except TlsFileError as error:
                raise ActionRefused(str(error)) from error
        return self._context

    def _headers(self, visit: _Visit) -> list[Header]:
        """Returns the headers of the next request, with log-in and cookies as far as there are any."""
        headers = [
            ("Host", visit.url.server.encode("idna")),
            ("User-Agent", b"alarm2mqtt"),
            ("Accept", b"image/jpeg, */*;q=0.5"),
            ("Accept-Encoding", b"identity"),
        ]
        if self._login is not None and self._login_at == visit.url.shown:
            headers.append(("Authorization", self._login.authorization("GET", visit.url.target)))
        if visit.cookies:
            pairs = "; ".join(f"{name}={value}" for name, value in visit.cookies.items())
            headers.append(("Cookie", pairs.encode("latin-1")))
        return headers

    # The answer

    async def _goes_on(self, visit: _Visit, head: Head) -> bool:
        """Prepares a further request if the answer demands one: a log-in, or another address of the same host.

        Returns whether it does. Raises ActionRefused if a further request cannot help.
        """
        _take_cookies(visit.cookies, head)
        if head.status == 401:  # noqa: PLR2004 - Unauthorized
            self._log_in(visit, head)
        elif head.status in {301, 302, 303, 307, 308}:
            before, visit.url = visit.url, self._redirected(visit.url, head)
            if (before.scheme, before.port) != (visit.url.scheme, visit.url.port):
                self._drop(visit)
                return True
        else:
            return False
        assert visit.exchange is not None  # noqa: S101 - it gave the head
        if not await visit.exchange.skip_body(head, largest=LARGEST_ERROR_PAGE):
            self._drop(visit)
        return True

    def _drop(self, visit: _Visit) -> None:
        """Closes the visit's connection, if there is one, so that the next request opens another."""
        if visit.exchange is not None:
            visit.exchange.close()
            visit.exchange = None

    def _log_in(self, visit: _Visit, head: Head) -> None:
        """Chooses the strongest challenge for the next requests. Raises ActionRefused where no log-in can help."""
        if self._url.username is None:
            message = "asks for a log-in (401): put username and password into the settings"
            raise ActionRefused(message)
        if ":" in self._url.username:
            message = "a user name cannot hold a colon"
            raise ActionRefused(message)
        offered = challenges(head.all("www-authenticate"))
        chosen = strongest(offered)
        if chosen is None:
            self._deny(head, offered_schemes=tuple(dict.fromkeys(each.scheme for each in offered)))
        if visit.fresh_login:
            if visit.renewed or not is_stale(chosen):
                self._deny(head)
            visit.renewed = True
        visit.fresh_login = True
        credentials = Credentials(username=self._url.username, password=self._url.password or "")
        self._login_at = visit.url.shown
        self._login = Login(challenge=chosen, credentials=credentials, client_nonce=secrets.token_hex(8))
        if self._login.is_basic and visit.url.scheme == "http" and not self._warned_of_basic:
            self._warned_of_basic = True
            _log.info("camera %s offers Basic over HTTP alone: the password is sent in clear", self._url.shown)

    def _deny(self, head: Head, *, offered_schemes: tuple[str, ...] = ()) -> NoReturn:
        """Raises ActionRefused for a refused log-in.

        After a password was sent no request is made for `REFUSED_FOR_S`.
        """
        if self._login is not None:
            self._login, self._refused_until = None, time.monotonic() + REFUSED_FOR_S
        message = f"user name or password refused ({head.status})"
        if offered_schemes:
            message = f"offers no log-in that is known ({', '.join(offered_schemes)}): turn on Digest or Basic in it"
        raise ActionRefused(message)

    def _redirected(self, url: DeviceUrl, head: Head) -> DeviceUrl:
        """Returns the address that a redirect names.

        Raises ActionRefused if it names none, another host or port, or leaves TLS.
        """
        location = head.get("location")
        if not location:
            message = f"answers with another address ({head.status}), and names none"
            raise ActionRefused(message)
        target = device_url(urljoin(url.bare, location), username=self._url.username, password=self._url.password)
        is_same = (target.scheme, target.port) == (url.scheme, url.port)
        is_upgrade = (url.scheme, target.scheme) == ("http", "https")
        if target.host != url.host or not (is_same or is_upgrade):
            message = f"answers with another address ({target.shown}): put that one into the settings"
            raise ActionRefused(message)
        return target

    def _check(self, head: Head) -> None:
        """Raises the ActionError of a status that brings no picture; Busy if the camera may have one soon."""
        status = head.status
        if status in _DENIED:
            self._deny(head)
        if status in _WRONG_ADDRESS:
            message = f"there is no picture at this address ({status})"
            raise ActionRefused(message)
        if status in _BUSY:
            message = f"is busy or failing (answered with status {status})"
            raise Busy(message, wait_s=_retry_after(head))
        if not 200 <= status < 300:  # noqa: PLR2004 - success
            message = f"answered with status {status}"
            raise ActionFailed(message)

    def _whole(self, picture: ArrivingPicture, head: Head) -> bytes:
        """Returns the whole picture. Raises Busy if the camera sent nothing, or another ActionError."""
        try:
            return picture.end()
        except ActionRefused:
            raise
        except ActionFailed as error:
            if "sent nothing" in str(error):
                code = "" if head.status == 200 else f" (status {head.status})"  # noqa: PLR2004 - OK
                message = f"the camera sent nothing{code}"
                raise Busy(message) from error
            raise

    def _end_tls(self, error: ssl.SSLError) -> NoReturn:
        """Raises the ActionError of a failure of TLS."""
        problem = tls_problem(error, server=self._url.server)
        if problem.permanent:
            self._refuse(problem.message)
        self._fail(problem.message)

    def _fail(self, reason: str) -> NoReturn:
        """Raises ActionFailed with the camera's redacted address."""
        message = f"camera {self._url.shown}: {reason}"
        raise ActionFailed(message) from None

    def _refuse(self, reason: str) -> NoReturn:
        """Raises ActionRefused with the camera's redacted address."""
        message = f"camera {self._url.shown}: {reason}"
        raise ActionRefused(message) from None


def _take_cookies(cookies: dict[str, str], head: Head) -> None:
    """Adds an answer's cookies to `cookies`, for the next request of the same visit; some cameras demand them."""
    for each in head.all("set-cookie"):
        name, sign, value = each.partition(";")[0].partition("=")
        if sign and len(each) <= _LONGEST_COOKIE and each.isprintable() and len(cookies) < _MOST_COOKIES:
            cookies[name.strip()] = value.strip()


def _retry_after(head: Head) -> float:
    """Returns the seconds after which the camera asks for a retry; `BUSY_WAIT_S` if it does not."""
    text = head.get("retry-after")
    return float(text) if text.isascii() and text.isdecimal() else BUSY_WAIT_S
