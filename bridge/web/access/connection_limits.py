"""Limits on connections: those above the limit, or not allowed, are closed before a byte of them is read."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bridge.core.rate_limit import RateLimit
from bridge.web.access.policy import AccessPolicy, network_of

_LOG = logging.getLogger(__name__)
MOST = 200
"""Limit of connections: the program needs file descriptors for lines, broker and mail as well."""
MOST_OF_ONE = 40
"""Limit of connections from one network; a browser opens six."""
WARN_WITHIN_S = 60.0
"""At most one warning in that time: every machine can try as often as it likes."""


class ConnectionLimits:
    """The protocol factory for `loop.create_server`: refuses connections that are not allowed or are above the limits.

    This machine and the ingress proxy have no limit of their own: many clients connect through them.
    """

    def __init__(self, policy: AccessPolicy, server: web.Server, *, monotonic: Callable[[], float]) -> None:
        self._policy = policy
        self._server = server
        self._monotonic = monotonic
        self._inside: dict[RequestHandler, str] = {}
        self._warnings = RateLimit(at_most=1, within_s=WARN_WITHIN_S)

    def __call__(self) -> asyncio.Protocol:
        """Returns the protocol of a new connection, before its address is known."""
        return _Connection(self)

    def lets_in(self, peer: str | None) -> RequestHandler | None:
        """Returns the request handler for a connection from the address `peer`, and counts it.

        None, logged, if it is refused.
        """
        if not self._policy.may_connect(peer):
            self._warn(f"refused connections from other machines, such as {peer}")
            return None
        network = network_of(peer or "")
        open_now = self._server.connections
        self._inside = {handler: self._inside[handler] for handler in open_now if handler in self._inside}
        of_one = Counter(self._inside.values())[network]
        if len(open_now) >= MOST or (of_one >= MOST_OF_ONE and not self._policy.passes_others_on(peer)):
            self._warn(f"too many connections to the page, the last from {peer}")
            return None
        handler = self._server()
        self._inside[handler] = network
        return handler

    def _warn(self, what: str) -> None:
        """Logs a refused connection: as a warning at most once a minute, else for debugging."""
        may_warn = self._warnings.take(self._monotonic())
        _LOG.log(logging.WARNING if may_warn else logging.DEBUG, "%s", what)


class _Connection(asyncio.Protocol):
    """Holds a new connection until its address is known, then hands it to the request handler or closes it."""

    def __init__(self, limits: ConnectionLimits) -> None:
        self._limits = limits

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hands the connection to the server's handler, or aborts it if the limits do not let the client in."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - a stream server always has one
        name = transport.get_extra_info("peername")
        handler = self._limits.lets_in(name[0] if name else None)
        if handler is None:
            transport.abort()
            return
        transport.set_protocol(handler)
        handler.connection_made(transport)
