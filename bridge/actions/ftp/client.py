"""aioftp 0.28.3 with answers and data channels as servers really do them; the version is pinned for the overrides.

aioftp does the TLS handshake on the data channel before it sends STOR; vsftpd and ProFTPD wait for the
command first (RFC 4217, 12.5), so both would wait for ever. It reads an answer of any length, and gives
up at answers that other clients understand.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl

import aioftp
from aioftp.common import SSLSessionBoundContext

from bridge.actions.ftp.passive import DataPort, LostAtEpsv, NoDataChannel, data_port
from bridge.actions.ftp.server_memory import FtpServerMemory
from bridge.actions.reply_limit import LONGEST_LINE_BYTES, MEANINGLESS, ReplyLimit
from bridge.errors import ActionFailed, ActionRefused
from bridge.system.tcp import connect_tcp

log = logging.getLogger(__name__)

_CODE_DIGITS = 3
_CLOSING, _CANNOT_OPEN_DATA = "421", "425"
_LINES_A_TURN = 100
"""Lines that are read before the loop gets its turn: nothing else makes it wait while a server keeps talking."""
_QUIET_S = 1.0
"""Silence after a line with another code that makes it the end of the answer (glftpd, old routers)."""


class FtpClient(aioftp.Client):
    """A client whose caller bounds each call by a time limit and ends with `abort_all`.

    `answer_s` is the wait for what some servers never send: the answer to EPSV, and the 150 after STOR. Refusals are
    raised as `aioftp.StatusCodeError`, a lost connection as OSError.
    """

    def __init__(
        self, *, context: ssl.SSLContext | None, implicit: bool, memory: FtpServerMemory, answer_s: float
    ) -> None:
        super().__init__(ssl=context if implicit else None)
        self._data_context = context
        self._memory = memory
        self._answer_s = answer_s
        self._limit = ReplyLimit()
        self._data: asyncio.StreamWriter | None = None
        self._is_confirmed = False
        self._is_encrypted = implicit

    @property
    def is_connected(self) -> bool:
        """Whether the TCP connection was made, and with implicit encryption the handshake of TLS."""
        return self._stream is not None

    @property
    def is_encrypted(self) -> bool:
        """Whether the handshake of the control channel has begun: a failure is then one of TLS."""
        return self._is_encrypted

    async def _open_connection(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Returns reader and writer of the control channel. Raises OSError."""
        return await asyncio.open_connection(
            sock=await connect_tcp(host, port),
            ssl=self.ssl,
            server_hostname=self.server_host if self.ssl else None,
            limit=LONGEST_LINE_BYTES,
        )

    async def log_in(self, user: str, password: str) -> None:
        """Logs in; a server that requests no password gets none.

        Raises ActionRefused if it requests an account, and `aioftp.StatusCodeError` if it refuses.
        """
        code, _ = await self.command(f"USER {user}", ("2xx", "331", "332"))
        if code == "331":
            code, _ = await self.command(f"PASS {password}", ("2xx", "332"), censor_after=5)
        if code == "332":
            message = "332: the server asks for an account (ACCT) as well, which cannot be set; use another user"
            raise ActionRefused(message)

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Encrypts the control channel; called after the answer to AUTH.

        Raises ActionFailed if the server has sent more than its answer: those bytes could be anybody's, and would be
        read as if they had come encrypted (RFC 4217, 15).
        """
        more = b""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0):
                more = await self.stream.reader.read(LONGEST_LINE_BYTES)
        if more:
            message = f"{MEANINGLESS}: more than one answer before TLS"
            raise ActionFailed(message)
        self._is_encrypted = True
        await self.stream.start_tls(context, host)

    async def parse_line(self) -> tuple[aioftp.Code, str]:
        """Returns code and rest of one line of an answer.

        Bytes that are no UTF-8 are replaced, since old servers send Latin-1. Raises ValueError or ActionFailed for a
        line or an answer without an end, and ConnectionResetError at the end.
        """
        try:
            line = await self.stream.readline()
            self._limit.count(line)
        except (ValueError, ActionFailed):  # a line, or an answer, without an end
            self.abort_all()
            raise
        if not line:
            raise ConnectionResetError
        text = line.decode(errors="replace").rstrip()
        return aioftp.Code(text[:_CODE_DIGITS]), text[_CODE_DIGITS:]

    async def parse_response(self) -> tuple[aioftp.Code, list[str]]:
        """Returns code and lines of one answer (RFC 959, 4.2); lines before the first one with a code are skipped.

        An answer of several lines ends with its code and no hyphen. A line with another code is text of it, or its end
        if nothing follows for `_QUIET_S`; the code is then that of the last line.
        """
        code, lines = await self._parse_response()
        if not code.matches("1xx"):  # a final answer; preliminary ones count with it
            self._limit.restart()
        return code, lines

    async def _parse_response(self) -> tuple[aioftp.Code, list[str]]:
        """Returns code and lines of the next answer; more leniently than the library, since servers break the form."""
        code, rest = await self.parse_line()
        while not _is_code(code):
            code, rest = await self.parse_line()
        lines, last = [rest], code
        while rest.startswith("-") or last != code:
            if len(lines) % _LINES_A_TURN == 0:
                await asyncio.sleep(0)
            try:
                async with asyncio.timeout(_QUIET_S if last != code else None):
                    found, rest = await self.parse_line()
            except TimeoutError:
                return last, lines
            if found == code:
                last = code
            elif _is_code(found) and not rest.startswith("-"):
                last = found
            else:
                last, rest = code, f"-{found}{rest}"
            lines.append(rest)
        return code, lines

    async def open_store(self, name: str) -> asyncio.StreamWriter:
        """Opens a data channel and sends STOR.

        Returns the channel's writer; the caller writes the file, then closes it. Raises NoDataChannel, or
        `aioftp.StatusCodeError` if the server refuses.
        """
        code, _ = await self.command("TYPE I", ("2xx", "5xx"))
        if code.matches("5xx"):  # servers that know no types; the size afterwards shows whether it went well
            log.info("ftp: the server knows no binary transfer (TYPE I: %s); uploading all the same", code)
        ways = ("EPSV",) if self._is_ipv6 else ("PASV", "EPSV") if self._memory.pasv_first else ("EPSV", "PASV")
        for way in ways:
            asked = False
            try:
                port = await self._ask_port(way)
                asked = True
                writer = self._data = await self._connect_data(port)
                await self._begin_store(name)
            except aioftp.StatusCodeError as error:
                code = error.received_codes[-1]
                if way == ways[-1] or code == _CLOSING or (asked and code != _CANNOT_OPEN_DATA):
                    raise
            except NoDataChannel:
                if way == ways[-1]:
                    raise
            else:
                self._memory.pasv_first = way == "PASV"
                return writer
            self.abort_data()
        raise AssertionError

    async def _begin_store(self, name: str) -> None:
        """Sends STOR, waits `answer_s` at most for its first answer, and encrypts the data channel if needed."""
        self._is_confirmed = False
        with contextlib.suppress(TimeoutError):  # no 150 from this server: what it answers comes at the end
            async with asyncio.timeout(self._answer_s):
                code, _ = await self.command(f"STOR {name}", ("1xx", "2xx"))
                self._is_confirmed = code.matches("2xx")
        if self._data is not None and self._data_context is not None:
            await self._data.start_tls(self._resumed(self._data_context), server_hostname=self.server_host)

    async def confirm_store(self) -> None:
        """Waits for the server's last answer to STOR; called after the data channel was closed.

        Raises `aioftp.StatusCodeError` if the server did not store the file.
        """
        if not self._is_confirmed:
            await self.command(None, "2xx", "1xx")
            return
        with contextlib.suppress(TimeoutError):  # some servers answer once, before the data, others twice
            async with asyncio.timeout(_QUIET_S):
                await self.command(None, "2xx", "1xx")

    async def _ask_port(self, way: str) -> DataPort:
        """Returns the port in the answer to EPSV or PASV (`way`).

        Raises `StatusCodeError` for a refusal, `NoDataChannel` for an answer without a port, and `LostAtEpsv`.
        """
        unknown_to_server = way == "EPSV" and not (self._is_ipv6 or self._memory.pasv_first)
        try:
            async with asyncio.timeout(self._answer_s if unknown_to_server else None):
                _, lines = await self.command(way, "2xx")
        except (ConnectionError, TimeoutError) as error:
            if not unknown_to_server:
                raise
            self._memory.pasv_first = True
            message = "the server does not answer EPSV"
            raise LostAtEpsv(message) from error
        port = data_port(lines)
        if port is None:
            message = f"{MEANINGLESS}: no port in its answer to {way}"
            raise NoDataChannel(message)
        return port

    async def _connect_data(self, target: DataPort) -> asyncio.StreamWriter:
        """Returns the writer of a connection to the machine of the control channel, whatever address the server names.

        Behind routers it is often a private one or 0.0.0.0; and an address of another machine would let a hostile
        server send pictures elsewhere. Raises NoDataChannel if the port cannot be reached.
        """
        try:
            connection = await connect_tcp(self._peer, target.port)
        except OSError as error:
            reason = error.strerror or "no answer"
            named = (
                f"; the server names {target.host}, another machine" if target.host not in {None, self._peer} else ""
            )
            message = f"no data connection to port {target.port}: {reason}{named}; open the server's passive ports"
            raise NoDataChannel(message) from error
        _, writer = await asyncio.open_connection(sock=connection)
        return writer

    @property
    def _is_ipv6(self) -> bool:
        """Whether the server was reached by IPv6, of which PASV knows no addresses."""
        return ":" in self._peer

    @property
    def _peer(self) -> str:
        """The address of the server, as connected."""
        return str(self.stream.writer.get_extra_info("peername")[0])

    def _resumed(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """Returns a context that resumes the control channel's TLS session, which servers demand for data."""
        control = self.stream.writer.get_extra_info("ssl_object")
        return SSLSessionBoundContext(ssl.PROTOCOL_TLS_CLIENT, context=context, session=control.session)

    def abort_data(self) -> None:
        """Closes the data channel at once, if one is open."""
        if self._data is not None:
            self._data.transport.abort()

    def abort_all(self) -> None:
        """Closes both channels at once; a graceful end would wait for a peer that does not read."""
        self.abort_data()
        if self._stream is not None:
            self._stream.writer.transport.abort()


def _is_code(text: str) -> bool:
    return len(text) == _CODE_DIGITS and text.isascii() and text.isdecimal()
