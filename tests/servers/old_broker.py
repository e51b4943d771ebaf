"""A broker of the years before MQTT 5."""

from __future__ import annotations

import asyncio
from typing import Self

CONNECT = 0x10
REFUSED_VERSION_OF_3_1_1 = b"\x20\x02\x00\x01"


class OldBroker:
    """Stands before a real broker and knows MQTT 3.1.1 only; `versions` are those it was asked for."""

    def __init__(self, port: int, *, hangs_up: bool) -> None:
        self.versions: list[int] = []
        self.port = 0
        self._behind = port
        self._hangs_up = hangs_up
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()

    def cut(self) -> None:
        """Cut all connections."""
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await reader.read(4096)
        assert hello[0] == CONNECT
        version = hello[hello.index(b"MQTT") + 4]
        self.versions.append(version)
        if version > 4:
            if not self._hangs_up:
                writer.write(REFUSED_VERSION_OF_3_1_1)
            writer.close()
            return
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        inner_writer.write(hello)
        self._writers |= {writer, inner_writer}
        await asyncio.gather(_pass_on(reader, inner_writer), _pass_on(inner_reader, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
    except OSError:
        pass  # a test cut it
    writer.transport.abort()
