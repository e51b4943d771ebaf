"""A mail server behind a slow uplink: it takes what it is sent at so many bytes a second.

It looks at nothing on the way: a server that reads line by line would cost the machine under
measurement a fifth of a core, which the real one spends elsewhere.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_BYTES = 32_768
"""Of the receiving socket: what is not read yet waits at the sender."""
PIECE_BYTES = 16_384
END = b"\r\n.\r\n"
PICTURE = re.compile(rb"Content-Type: image/jpeg.*?\r\n\r\n(.*?)\r\n--", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A mail or an upload that came whole; instants in monotonic nanoseconds, `picture` a SHA-256."""

    kind: str
    begin_ns: int
    end_ns: int
    size_bytes: int
    picture: str | None


class FarMail:
    """`talk` is a connection of `asyncio.start_server`."""

    def __init__(self, *, bytes_per_s: float, taken: Callable[[Taken], None]) -> None:
        self._bytes_per_s = bytes_per_s
        self._taken = taken

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation (RFC 5321)."""
        begin_ns = time.monotonic_ns()
        writer.write(b"220 far.test\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"EHLO":
                writer.write(b"250-far.test\r\n250 SIZE 33554432\r\n")
            elif word == b"DATA":
                writer.write(b"354 go on\r\n")
                mail = await self._slowly(reader)
                self._taken(
                    Taken(
                        kind="email",
                        begin_ns=begin_ns,
                        end_ns=time.monotonic_ns(),
                        size_bytes=len(mail),
                        picture=_picture(mail),
                    )
                )
                writer.write(b"250 taken\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 fine\r\n")
        writer.close()

    async def _slowly(self, reader: asyncio.StreamReader) -> bytes:
        """Up to the end mark, never ahead of the uplink's pace."""
        start, mail = time.monotonic(), bytearray()
        while not mail.endswith(END):
            piece = await reader.read(PIECE_BYTES)
            if not piece:
                message = "cut within a mail"
                raise ConnectionResetError(message)
            mail += piece
            await asyncio.sleep(start + len(mail) / self._bytes_per_s - time.monotonic())
        return bytes(mail)


def _picture(mail: bytes) -> str | None:
    """Of what picture the first attachment is, if there is one."""
    found = PICTURE.search(mail)
    return hashlib.sha256(base64.b64decode(found[1])).hexdigest() if found else None
