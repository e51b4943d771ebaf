"""A mail server with habits: a minimal one, whose every answer a test can replace byte for byte."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from servers.answers import Answer, code_of, say
from servers.threads import ThreadedServer


@dataclass(frozen=True, kw_only=True)
class MailHabits:
    """What the server does otherwise; a command that is not named is done as by any server."""

    greeting: Answer = b"220 mail ESMTP\r\n"
    offers: tuple[str, ...] = ()
    """Extensions in the answer to EHLO."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """Command, or whole line → what is answered instead of doing it; a list is answered one after the other."""
    verdict: Answer = b"250 queued\r\n"
    tls: ssl.SSLContext | None = None
    """Of a server that speaks TLS from the first byte."""
    starttls: ssl.SSLContext | None = None
    """Of a server whose answer to STARTTLS is followed by a handshake."""


class OddMailServer(ThreadedServer):
    """`mails` are contents, `envelopes` sender and recipients of each; `lines` what was asked."""

    def __init__(self, habits: MailHabits) -> None:
        super().__init__()
        self.habits = habits
        self.mails: list[bytes] = []
        self.envelopes: list[tuple[str, ...]] = []
        self.lines: list[str] = []
        self.connections = 0
        self._lists = {key: list(found) for key, found in habits.answers.items() if isinstance(found, list)}

    def serve(self, connection: socket.socket) -> None:
        self.connections += 1
        if self.habits.tls is not None:
            connection = self.secured(connection, self.habits.tls)
        self._talk(connection, greeting=self.habits.greeting)

    def _talk(self, connection: socket.socket, *, greeting: Answer) -> None:
        if not say(connection, greeting):
            return
        lines = connection.makefile("rb")
        envelope: list[str] = []
        for raw in lines:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            self.lines.append(line)
            answer = self._answer(line)
            if code_of(answer)[:1] == b"2" and line.startswith(("MAIL ", "RCPT ")):
                envelope.append(line.partition(":")[2].partition(">")[0].lstrip("<"))
            if not say(connection, answer) or line == "QUIT":
                return
            if line == "STARTTLS" and self.habits.starttls is not None:
                self._talk(self.secured(connection, self.habits.starttls), greeting=b"")
                return
            if line == "DATA" and code_of(answer) == b"354":
                self._take(_content(lines), envelope)
                envelope = []
                if not say(connection, self.habits.verdict):
                    return

    def _take(self, content: bytes, envelope: list[str]) -> None:
        if code_of(self.habits.verdict).startswith(b"2"):
            self.mails.append(content)
            self.envelopes.append(tuple(envelope))

    def _answer(self, line: str) -> Any:
        word = line.partition(" ")[0]
        for key in (line, word):
            if self._lists.get(key):
                return self._lists[key].pop(0)
            if key in self.habits.answers and key not in self._lists:
                return self.habits.answers[key]
        if word == "EHLO":
            lines = ["mail", *self.habits.offers]
            return "".join(f"250{'-' if line is not lines[-1] else ' '}{line}\r\n" for line in lines).encode()
        if word == "DATA":
            return b"354 go on\r\n"
        return b"221 bye\r\n" if word == "QUIT" else b"250 ok\r\n"


def _content(lines: Iterable[bytes]) -> bytes:
    """The message as it was before its dots were doubled (RFC 5321, 4.5.2)."""
    return b"".join(line.removeprefix(b".") for line in takewhile(lambda line: line != b".\r\n", lines))
