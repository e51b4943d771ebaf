"""A way to a server on loopback that is slow, cut or silent on command."""

from __future__ import annotations

import asyncio
import threading
from typing import Self


class SlowLink:
    """Listens on `port` of `host`; every piece of data takes `delay_s` in either direction.

    `mode`: "up" forwards to `to_port`, "cut" ends connections at once, "silent" takes them and says nothing.
    """

    def __init__(self, to_port: int, *, delay_s: float = 0.0, mode: str = "up", host: str = "127.0.0.1") -> None:
        self.to_port, self.delay_s, self.mode, self._host = to_port, delay_s, mode, host
        self.port = 0

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name="slow link", daemon=True)
        self._thread.start()
        assert ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)
        assert not self._thread.is_alive()

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._carry, self._host, 0)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.mode == "silent":
                await reader.read()
            elif self.mode == "up":
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.to_port)
                try:
                    async with asyncio.TaskGroup() as group:
                        group.create_task(self._pump(reader, far_writer))
                        group.create_task(self._pump(far_reader, writer))
                finally:
                    far_writer.transport.abort()
        except* OSError:
            pass  # whoever was cut off knows it from its own side
        finally:
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            await asyncio.sleep(self.delay_s)
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
