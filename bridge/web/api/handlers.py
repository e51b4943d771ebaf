"""aiohttp handlers made from the routes: each reads and checks the request, calls the route, sends its reply."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import unquote

from aiohttp import web

from bridge.errors import CommandRefused, Fault
from bridge.text.json_text import as_json, object_of
from bridge.web.access.middleware import BY, HEADERS
from bridge.web.api.routes import Call, Reply, Route, refusal, refused
from bridge.web.api.validation import checked, from_text

LONGEST_BODY_S = 20.0
LONGEST_FILE_S = 120.0
FILES_AT_ONCE = 2
"""Limit of parallel uploads: each is in memory until it has been checked."""
INVALID = 400
"""The status of a request whose query or body is not valid."""


def handler_of(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Returns the aiohttp handler of a route: it checks the request, calls the route, and sends its reply.

    A request that is invalid or late gets a refusal (400, 408, 413 or 415); one for a stop only 408 and 415, since its
    query and its body do not matter. At most `FILES_AT_ONCE` uploads of the route run, others wait.
    """
    uploads = asyncio.Semaphore(FILES_AT_ONCE)

    async def handle(request: web.Request) -> web.StreamResponse:
        if route.takes is None:
            return await answered(request, LONGEST_BODY_S)
        async with uploads:
            return await answered(request, LONGEST_FILE_S)

    async def answered(request: web.Request, longest_s: float) -> web.StreamResponse:
        """Reads a request within `longest_s` seconds, does the route's work, and returns the response.

        408 if it is late.
        """
        try:
            async with asyncio.timeout(longest_s):
                call = await _call(route, request)
        except TimeoutError:
            call = refused("took too long to arrive", status=408)
        reply = call if isinstance(call, Reply) else await route.work(call)
        return _response(reply) if reply.stream is None else await _streamed(request, reply)

    return handle


async def _call(route: Route, request: web.Request) -> Call | Reply:
    """Returns the checked request, or the reply that refuses it (400, 413, 415)."""
    query, wrong = checked(route.query, from_text(route.query, dict(request.query)))
    if wrong and not route.stops:
        return refusal(wrong, status=INVALID)
    body: Mapping[str, object] = {}
    content = b""
    if route.takes is not None:
        content = await _file(request, route.largest)
        if len(content) > route.largest:
            return refused(f"is larger than {route.largest // 2**20} MiB", status=413)
        if not content:
            return refused("is empty", status=INVALID)
    elif route.patch or route.body is not None:
        read = await _object(request, needed=route.patch)
        if route.stops and (not isinstance(read, Reply) or read.status == INVALID):
            read = {}
        if isinstance(read, Reply):
            return read
        body, wrong = (read, ()) if route.patch else checked(route.body or (), read)
        if wrong:
            return refusal(wrong, status=INVALID)
    given = request.headers.get(route.header) if route.header else None
    return Call(
        path=dict(request.match_info),
        query=query,
        body=body,
        by=request[BY],
        content=content,
        header=None if given is None else unquote(given),
    )


async def _object(request: web.Request, *, needed: bool) -> dict[str, object] | Reply:
    """Returns the body as a JSON object, or the refusal. An empty body is `{}`, or refused if it is `needed`."""
    content = await request.read()
    if not content:
        return refused("the body is missing", status=INVALID) if needed else {}
    # A form of another site can send text, but not this (Fetch, "CORS-safelisted request-header").
    if request.content_type not in ("application/json", "application/merge-patch+json"):
        return refused("must be application/json", status=415)
    try:
        return object_of(content.decode())
    except UnicodeDecodeError:
        return refused("is not UTF-8", status=INVALID)
    except CommandRefused as wrong:
        return refusal((Fault(path=wrong.path, message=wrong.message),), status=INVALID)


async def _file(request: web.Request, largest: int) -> bytes:
    """Returns the body of an upload.

    One of more than `largest` bytes is cut a little above that, whatever its Content-Length.
    """
    parts = bytearray()
    async for part in request.content.iter_chunked(65_536):
        parts += part
        if len(parts) > largest:
            break
    return bytes(parts)


async def _streamed(request: web.Request, reply: Reply) -> web.StreamResponse:
    """Sends the reply piece by piece, at the client's pace. Returns the response."""
    response = web.StreamResponse(headers={**_saved_as(reply), "Content-Type": reply.kind, **HEADERS})
    await response.prepare(request)
    assert reply.stream is not None  # noqa: S101 - asked before
    async for part in reply.stream:
        await response.write(part)
    return response


def _saved_as(reply: Reply) -> dict[str, str]:
    """Returns the header that makes a browser save the reply; none if it has no file name."""
    return {} if reply.name is None else {"Content-Disposition": f'attachment; filename="{reply.name}"'}


def _response(reply: Reply) -> web.StreamResponse:
    """Returns a reply without a stream as a response."""
    headers = _saved_as(reply)
    if reply.file is not None:
        return web.FileResponse(reply.file, headers={**headers, "Content-Type": reply.kind})
    if reply.content is not None:
        return web.Response(body=reply.content, headers={**headers, "Content-Type": reply.kind})
    if reply.text is not None:
        headers["Content-Type"] = f"{reply.kind}; charset=utf-8"
        return web.Response(body=reply.text.encode(), headers=headers)
    return web.Response(status=reply.status, body=as_json(reply.body), headers={"Content-Type": reply.kind})
