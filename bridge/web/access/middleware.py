"""The middleware in front of every handler: access policy, log-in, CSRF token and security headers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Final

from aiohttp import web

from bridge.core.rate_limit import RateLimits
from bridge.text.json_text import as_json
from bridge.web.access.policy import AccessPolicy, Refused, Standing, Visit
from bridge.web.access.sessions import Password, Sessions, Throttle

_LOG = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
TOKEN_HEADER: Final = "X-CSRF-Token"  # noqa: S105 - a header's name
BY: Final = web.RequestKey("by", str)
"""The requester as the journal names it: `page` for a person's browser, `http` for a machine."""
TOKEN: Final = web.RequestKey("token", str)
"""The CSRF token of the request's session, to be sent with every change."""
PASSED_ON = frozenset({"forwarded", "via", "x-real-ip"})
"""Headers added by proxies, besides X-Forwarded-…"""
WARN_WITHIN_S = 60.0
"""At most one warning for each reason in that time: a foreign page can ask as often as it likes."""
OPEN_PATHS = frozenset({"/healthz"})
HOOKS = "/hook/"
"""Calls of other devices, each with a token of its own, which its handler checks."""
LOGIN_PATHS = frozenset({"/login", "/logout"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it a form's own Origin would be null (Fetch, "serialise a request origin").
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The default would publish the versions of Python and aiohttp.
    "Server": "alarm2mqtt",
}


class AccessMiddleware:
    """The middleware, and the handlers of log-in and log-out."""

    def __init__(
        self,
        *,
        policy: AccessPolicy,
        password: Password | None,
        sessions: Sessions,
        monotonic: Callable[[], float],
        cookie: str,
    ) -> None:
        self._policy = policy
        self._password = password
        self._sessions = sessions
        self._throttle = Throttle()
        self._monotonic = monotonic
        self._cookie = cookie
        self._warnings = RateLimits(at_most=1, within_s=WARN_WITHIN_S)
        """By the reason to refuse; there are but a few."""

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Checks a request, calls its handler if it is admitted, and adds the security headers. Returns the response.

        Refusals and HTTP errors become responses; for `web.Application(middlewares=…)`.
        """
        try:
            response = await self._let_in(request, handler)
        except web.HTTPException as error:
            response = _text_response(request, error.status, f"{error.reason}.")
            if "Allow" in error.headers:
                response.headers["Allow"] = error.headers["Allow"]
        if not response.prepared:
            response.headers.update(HEADERS)
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def still_in(self, request: web.Request) -> bool:
        """Returns whether an event stream may go on: no password is needed, or its session is still open."""
        return not self._policy.guarded or self._policy.is_ingress(request.remote) or self._is_known(request)

    async def log_in(self, request: web.Request, given: str) -> str | web.StreamResponse:
        """Checks the password and opens a session.

        Returns a redirect to the page with the session's cookie, or the reason of the refusal as text.
        """
        if self._password is None:
            return web.Response(status=303, headers={"Location": "./"})
        objection = await self._check_password(request, given)
        if objection is not None:
            return objection
        response = web.Response(status=303, headers={"Location": "./"})
        self._sessions.end(request.cookies.get(self._cookie))  # this browser has a new one
        # Behind a proxy that speaks HTTPS only the browser knows that it does.
        secure = request.secure or request.headers.get("Origin", "").startswith("https://")
        response.set_cookie(
            self._cookie, self._sessions.begin(), httponly=True, samesite="Strict", path="/", secure=secure
        )
        return response

    def log_out(self, request: web.Request) -> web.StreamResponse:
        """Ends the request's session, if there is one. Returns a redirect to the log-in page."""
        self._sessions.end(request.cookies.get(self._cookie))
        response = web.Response(status=303, headers={"Location": "login"})
        response.del_cookie(self._cookie, path="/")
        return response

    async def _let_in(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Returns the handler's response to an admitted request, or a refusal or redirect to the log-in."""
        if request.path in OPEN_PATHS or request.path.startswith(HOOKS):
            return await handler(request)
        judged = self._policy.judge(_visit(request))
        if isinstance(judged, Refused):
            self._log_refusal(request, judged.why)
            return _text_response(request, 403, judged.why)
        request[BY], request[TOKEN] = "page", self._sessions.token(self._session(request))
        if request.path in LOGIN_PATHS or request.path.startswith("/static/"):
            return await handler(request)
        if judged is Standing.ASKED and not self._is_known(request):
            return await self._as_machine(request, handler)
        if _is_unsafe(request) and _is_browser(request) and not self._shows_token(request):
            return _text_response(request, 403, "The page is older than the program: load it again.")
        if not _is_browser(request):
            request[BY] = "http"
        return await handler(request)

    async def _as_machine(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Returns the handler's response to a request that has the password as a bearer token.

        No browser sends one by itself. Without the right password, returns a refusal (401, 429), or for a page a
        redirect to the log-in.
        """
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and self._password is not None:
            objection = await self._check_password(request, given.strip(), machine=True)
            if objection is None:
                request[BY] = "http"
                return await handler(request)
            return _text_response(request, 429 if objection.startswith("Wait") else 401, objection)
        if request.path.startswith(("/api/", "/metrics", "/events")) or _is_unsafe(request):
            return _text_response(request, 401, "Log in, or send the password as a bearer token.")
        return web.Response(status=303, headers={"Location": "login"})

    async def _check_password(self, request: web.Request, given: str, *, machine: bool = False) -> str | None:
        """Checks a password. Returns None or the reason for refusal. Throttled clients are refused unchecked."""
        assert self._password is not None  # noqa: S101 - asked before
        peer, now = request.remote or "", self._monotonic()
        wait_s = self._throttle.wait_s(peer, now)
        if wait_s == 0 and machine and self._password.has_seen(given):
            return None
        if wait_s > 0 or self._password.busy:
            return f"Wait {max(ceil(wait_s), 1)} s before the next try."
        # Counted before the check, so that parallel attempts count too.
        self._throttle.failed(peer, now)
        if await self._password.matches(given):
            self._throttle.succeeded(peer)
            return None
        _LOG.warning("page: wrong password from %s", peer)
        return "That is not the password."

    def _log_refusal(self, request: web.Request, why: str) -> None:
        """Logs a refused request: as a warning at most once a minute for each reason, else for debugging."""
        level = logging.WARNING if self._warnings.take(why, self._monotonic()) else logging.DEBUG
        _LOG.log(level, "page: refused %s from %s: %s", request.method, request.remote, why)

    def _session(self, request: web.Request) -> str | None:
        """Returns the request's cookie if its session is open, else None."""
        cookie = request.cookies.get(self._cookie)
        return cookie if self._sessions.knows(cookie) else None

    def _is_known(self, request: web.Request) -> bool:
        """Returns whether the request's cookie belongs to an open session."""
        return self._session(request) is not None

    def _shows_token(self, request: web.Request) -> bool:
        """Returns whether the request has the CSRF token of its session."""
        token = request.headers.get(TOKEN_HEADER, "")
        return self._sessions.is_token(self._session(request), token)


def _visit(request: web.Request) -> Visit:
    """Returns what the access policy needs of a request."""
    headers = request.headers
    return Visit(
        peer=request.remote,
        host=headers.get("Host"),
        unsafe=_is_unsafe(request),
        origin=headers.get("Origin"),
        fetch_site=headers.get("Sec-Fetch-Site"),
        fetch_mode=headers.get("Sec-Fetch-Mode"),
        forwarded=any(name in PASSED_ON or name.startswith("x-forwarded-") for name in map(str.lower, headers)),
    )


def _is_unsafe(request: web.Request) -> bool:
    """Returns whether a request may change something: any method but GET and HEAD."""
    return request.method not in ("GET", "HEAD")


def _is_browser(request: web.Request) -> bool:
    """Returns whether the request is a browser's.

    Browsers mark every request that may change something (Origin, Fetch Metadata), or send a cookie.
    """
    return any(name in request.headers for name in ("Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Cookie", "Referer"))


def _text_response(request: web.Request, status: int, message: str) -> web.StreamResponse:
    """Returns a refusal: JSON for machines and scripts, one line for people."""
    if request.path.startswith("/api/"):
        body = as_json({"ok": False, "error": [{"path": "", "message": message}]})
        response = web.Response(status=status, body=body, content_type="application/json")
    else:
        response = web.Response(status=status, text=message)
    if status == 401:  # noqa: PLR2004 - HTTP's own number
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
