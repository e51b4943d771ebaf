"""Pictures over HTTP(S), with digest or basic authentication as the camera demands."""

from __future__ import annotations

import asyncio
import ssl
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from bridge.actions.camera.picture import Picture, picture_of
from bridge.actions.camera.url import CameraUrl
from bridge.errors import ActionError, ActionFailed, ActionRefused, TlsFileError
from bridge.system.tls import client_context, tls_problem

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

TIMEOUT_S = 10.0
LARGEST_BYTES = 16 * 1024 * 1024
_DENIED = {401, 403}
_WRONG_ADDRESS = {404, 405, 410}


class HttpPictures:
    """One camera's snapshot address; the session is kept, so digest needs its second request only once.

    The password is sent only after the camera has demanded it. Redirects are not followed: they
    would carry it to another host. With https the certificate and the host name are always
    checked, against `ca_file` or the system's authorities.
    """

    def __init__(self, *, url: CameraUrl, ca_file: Path | None = None, timeout_s: float = TIMEOUT_S) -> None:
        self._url = url
        self._ca_file = ca_file
        self._timeout_s = timeout_s
        self._session: ClientSession | None = None
        self._opening = asyncio.Lock()
        self._basic = False

    async def picture(self, *, at: float) -> Picture:
        """Requests a picture now. Its instant is the begin of the answer; `at` only gives its offset.

        Raises:
            ActionError: no picture came.
        """
        try:
            import aiohttp  # noqa: PLC0415 - heavy, and not every device has a camera
        except ImportError:
            self._refuse("pictures over HTTP need the package aiohttp")
        try:
            async with asyncio.timeout(self._timeout_s):
                session = await self._open()
                jpeg, taken = await self._fetch(session)
        except TimeoutError:
            self._fail(f"no picture within {self._timeout_s:g} s")
        except (aiohttp.ClientConnectorCertificateError, aiohttp.ClientConnectorSSLError) as error:
            self._end_tls(error.os_error)
        except aiohttp.InvalidURL:
            self._refuse("the address is not one")
        except aiohttp.ClientPayloadError:
            self._fail("the picture was cut short")
        except aiohttp.ClientConnectorError as error:
            self._fail(f"cannot be reached ({error.os_error.strerror or 'no answer'})")
        except (aiohttp.ClientError, OSError) as error:
            self._fail(self._url.hide(str(error)) or type(error).__name__)
        try:
            return picture_of(jpeg, monotonic=taken, at=at)
        except ActionError as error:
            self._fail(str(error))

    async def close(self) -> None:
        """Closes the session."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _open(self) -> ClientSession:
        async with self._opening:
            if self._session is None:
                self._session = await self._new_session()
            return self._session

    async def _new_session(self) -> ClientSession:
        import aiohttp  # noqa: PLC0415 - the same

        try:
            context = await asyncio.to_thread(client_context, self._ca_file)
        except TlsFileError as error:
            self._refuse(str(error))
        middlewares: tuple[aiohttp.ClientMiddlewareType, ...] = ()
        if self._url.username is not None:
            try:
                middlewares = (aiohttp.DigestAuthMiddleware(self._url.username, self._url.password or ""),)
            except ValueError:
                self._refuse("a user name cannot hold a colon")
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=context, limit=4),
            # The camera is on this network, which a proxy of the environment may not reach.
            trust_env=False,
            # Session cookies of a camera are not needed.
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=middlewares,
        )

    async def _fetch(self, session: ClientSession) -> tuple[bytes, float]:
        import aiohttp  # noqa: PLC0415 - the same
        from yarl import URL  # noqa: PLC0415 - comes with aiohttp

        url = URL(self._url.bare, encoded=True)
        basic = None
        if self._url.username is not None:
            basic = {"Authorization": aiohttp.encode_basic_auth(self._url.username, self._url.password or "", "utf-8")}
        first = basic if self._basic else None
        async with session.get(url, allow_redirects=False, headers=first) as answer:
            if first is not None or basic is None or not _asks_for_basic(answer):
                # The camera may have been switched to digest since.
                self._basic = first is not None and answer.status not in _DENIED
                self._check(answer)
                return await self._read(answer)
        async with session.get(url, allow_redirects=False, headers=basic) as answer:
            self._check(answer)
            self._basic = True
            return await self._read(answer)

    def _check(self, answer: ClientResponse) -> None:
        status = answer.status
        if status in _DENIED:
            self._refuse(f"user name or password refused ({status})")
        if status in _WRONG_ADDRESS:
            self._refuse(f"there is no picture at this address ({status})")
        if 300 <= status < 400:  # noqa: PLR2004 - the redirects
            self._refuse("answers with another address: put that one into the settings")
        if status != 200:  # noqa: PLR2004 - OK
            self._fail(f"answered with status {status}")
        if answer.content_type.startswith("multipart/"):
            self._refuse("sends a stream: put the address of a single picture into the settings")

    async def _read(self, answer: ClientResponse) -> tuple[bytes, float]:
        taken = time.monotonic()
        data = bytearray()
        async for chunk in answer.content.iter_chunked(64 * 1024):
            data += chunk
            if len(data) > LARGEST_BYTES:
                self._fail(f"the picture is larger than {LARGEST_BYTES >> 20} MiB")
        return bytes(data), taken

    def _end_tls(self, error: OSError) -> NoReturn:
        if not isinstance(error, ssl.SSLError):
            self._fail(f"TLS failed ({error.strerror})")
        problem = tls_problem(error, server=self._url.server)
        if problem.permanent:
            self._refuse(problem.message)
        self._fail(problem.message)

    def _fail(self, reason: str) -> NoReturn:
        message = f"camera {self._url.shown}: {reason}"
        raise ActionFailed(message) from None

    def _refuse(self, reason: str) -> NoReturn:
        message = f"camera {self._url.shown}: {reason}"
        raise ActionRefused(message) from None


def _asks_for_basic(answer: ClientResponse) -> bool:
    return answer.status == 401 and answer.headers.get("WWW-Authenticate", "").lower().startswith("basic")  # noqa: PLR2004
