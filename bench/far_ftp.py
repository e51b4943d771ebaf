"""An FTP server that hangs, by turns before its greeting and within the transfer, and then goes on."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable

from bench.far_mail import Taken

ANSWERS = {
    b"USER": b"331 go on",
    b"PASS": b"230 welcome",
    b"TYPE": b"200 fine",
    b"MKD": b"257 made",
    b"RNFR": b"350 go on",
    b"QUIT": b"221 bye",
}


class FarFtp:
    """`talk` is a connection of `asyncio.start_server`."""

    def __init__(self, *, hang_s: float, taken: Callable[[Taken], None]) -> None:
        self._hang_s = hang_s
        self._taken = taken
        self._conversations = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation (RFC 959, 2428), in which one file comes."""
        begin_ns, self._conversations = time.monotonic_ns(), self._conversations + 1
        silent_at_first, content = self._conversations % 2 == 1, b""
        incoming: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        data = await asyncio.start_server(lambda *both: incoming.put_nowait(both), "127.0.0.1", 0)
        await asyncio.sleep(self._hang_s if silent_at_first else 0)
        writer.write(b"220 far.test\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper()
            if word == b"EPSV":
                port = data.sockets[0].getsockname()[1]
                writer.write(f"229 go on (|||{port}|)\r\n".encode())
            elif word == b"STOR":
                writer.write(b"150 go on\r\n")
                far_reader, far_writer = await incoming.get()
                await asyncio.sleep(0 if silent_at_first else self._hang_s)
                content = await far_reader.read()
                far_writer.close()
                writer.write(b"226 taken\r\n")
            elif word == b"SIZE":
                writer.write(f"213 {len(content)}\r\n".encode())
            else:
                writer.write(ANSWERS.get(word, b"250 fine") + b"\r\n")
            if word == b"RNTO":
                self._taken(
                    Taken(
                        kind="ftp",
                        begin_ns=begin_ns,
                        end_ns=time.monotonic_ns(),
                        size_bytes=len(content),
                        picture=hashlib.sha256(content).hexdigest(),
                    )
                )
            if word == b"QUIT":
                break
        writer.close()
        data.close()
