"""Server-sent events: every change, to each open page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiohttp import web

from bridge.web.access.middleware import HEADERS, TOKEN
from bridge.web.live import Live
from bridge.web.subscribers import frame

KEEP_ALIVE_S = 15.0
STILL = frame("still", b"{}")
"""Sent when nothing has changed: a page without events for long marks its content as possibly outdated."""
AGAIN = b"retry: 1000\n\n"
SLOW_S = 10.0
"""A browser that does not read for so long is disconnected; it reconnects by itself."""


class Events:
    """The handler of the event stream."""

    def __init__(self, live: Live, *, still_in: Callable[[web.Request], bool]) -> None:
        self._live = live
        self._still_in = still_in

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Sends the whole state, then every change, until the browser leaves, is too slow, or its session ends.

        Returns the response; 503 if too many pages are open. With `once` the response ends after the first state: for
        browsers behind a proxy that holds back an endless response (Home Assistant's ingress before 2026.2); they poll.
        """
        browser = self._live.open()
        if browser is None:
            return web.Response(status=503, text="too many pages are open", headers={"Retry-After": "30"})
        response = web.StreamResponse(
            headers={
                **HEADERS,
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        try:
            await response.prepare(request)
            waiting = self._live.hello(after=_last_seen(request), token=request[TOKEN])
            if "once" in request.query:
                await response.write(AGAIN + waiting)
                return response
            while self._still_in(request):
                async with asyncio.timeout(SLOW_S):
                    await response.write(waiting or STILL)
                waiting = await browser.take(within_s=KEEP_ALIVE_S)
        except (TimeoutError, ConnectionError):
            return response  # disconnected, or too slow
        finally:
            self._live.close(browser)
        return response


def _last_seen(request: web.Request) -> int | None:
    """Returns the number of the last journal entry that the browser has, or None if it sends no valid one.

    A reconnecting browser sends it as a header, a page in its address.
    """
    number = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else None  # noqa: PLR2004 - 64 bits
