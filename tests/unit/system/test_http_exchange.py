"""Requests with a content, over one connection that is used again."""

from __future__ import annotations

import asyncio

from bridge.system.http.exchange import Exchange


async def test_a_content_is_posted_and_the_connection_takes_another_request() -> None:
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            head = await reader.readuntil(b"\r\n\r\n")
            heard.append(head.split(b"\r\n")[0] + b" " + await reader.readexactly(5))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        exchange = await Exchange.open("127.0.0.1", server.sockets[0].getsockname()[1], context=None)
        for content in (b"first", b"again"):
            head = await exchange.request("POST", "/service", [("Content-Length", b"5")], content)
            assert not exchange.is_idle
            assert b"".join([part async for part in exchange.body(head, largest=100)]) == b"ok"
            assert exchange.is_idle
        exchange.close()
    assert heard == [b"POST /service HTTP/1.1 first", b"POST /service HTTP/1.1 again"]
