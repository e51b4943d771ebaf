"""aioftp 0.28.3 with the data channel in the order of RFC 4217; the version is pinned because of the overrides."""

from __future__ import annotations

import asyncio
import ssl

import aioftp
from aioftp.common import SSLSessionBoundContext

from bridge.system.tcp import connect_tcp


class FtpClient(aioftp.Client):
    """A client that copes with dead addresses and odd letters, and opens its data channel in the servers' order.

    aioftp does the TLS handshake on the data channel before it sends STOR; vsftpd and ProFTPD wait for the
    command first (RFC 4217, 12.5), so both would wait for ever. The caller bounds each
    call and ends with `abort_all`.
    """

    def __init__(self, *, context: ssl.SSLContext | None, implicit: bool) -> None:
        super().__init__(ssl=context if implicit else None)
        self._data_context = context
        self._data: asyncio.StreamWriter | None = None

    async def _open_connection(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Opens the control channel, and the data channel without its TLS: to the same machine."""
        if self._stream is None:
            return await asyncio.open_connection(
                sock=await connect_tcp(host, port), ssl=self.ssl, server_hostname=self.server_host if self.ssl else None
            )
        peer = self._stream.writer.get_extra_info("peername")[0]
        return await asyncio.open_connection(sock=await connect_tcp(peer, port))

    async def parse_line(self) -> tuple[aioftp.Code, str]:
        """Returns one line of an answer; bytes that are no UTF-8 are replaced, since old servers send Latin-1."""
        line = await self.stream.readline()
        if not line:
            raise ConnectionResetError
        text = line.decode(errors="replace").rstrip()
        return aioftp.Code(text[:3]), text[3:]

    async def open_store(self, name: str) -> asyncio.StreamWriter:
        """Sends STOR. Returns the writer of the data channel; what is written until its close is the file."""
        _, writer = await self.get_passive_connection("I")
        self._data = writer
        await self.command(f"STOR {name}", "1xx")
        if self._data_context is not None:
            await writer.start_tls(self._resumed(self._data_context), server_hostname=self.server_host)
        return writer

    def _resumed(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """Returns a context that resumes the control channel's TLS session, which servers demand for data."""
        control = self.stream.writer.get_extra_info("ssl_object")
        return SSLSessionBoundContext(ssl.PROTOCOL_TLS_CLIENT, context=context, session=control.session)

    def abort_data(self) -> None:
        """Closes the data channel at once."""
        if self._data is not None:
            self._data.transport.abort()

    def abort_all(self) -> None:
        """Closes everything at once; a graceful end would wait for a peer that does not read."""
        self.abort_data()
        if self._stream is not None:
            self._stream.writer.transport.abort()
