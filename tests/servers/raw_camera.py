"""A camera that sends exactly the bytes of a test, whatever HTTP says about them."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import new
from typing import Self

Piece = bytes | float
"""Bytes to send, or seconds to wait."""
Answer = bytes | Iterable[Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as it arrived; `number` counts them from 1."""

    text: str
    number: int

    def field(self, name: str) -> str:
        """Returns a header field's value, or an empty text."""
        found = re.search(rf"^{name}: (.*?)\r$", self.text, re.IGNORECASE | re.MULTILINE)
        return found[1] if found else ""

    @property
    def target(self) -> str:
        return self.text.split(" ")[1]

    @property
    def authorization(self) -> str:
        return self.field("authorization")


@dataclass(kw_only=True)
class RawCamera:
    """Answers each request with `answer(request)`; afterwards it closes, or with `stays` waits for the next one."""

    answer: Callable[[Request], Answer]
    stays: bool = False
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/cgi-bin/snapshot.cgi?channel=1&size=a%2Fb"
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, name="raw camera", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._socket, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError):
            waiting = b""
            while data := connection.recv(65536):
                waiting += data
                while b"\r\n\r\n" in waiting:
                    head, _, waiting = waiting.partition(b"\r\n\r\n")
                    request = Request(text=head.decode("latin-1") + "\r\n", number=len(self.requests) + 1)
                    self.requests.append(request)
                    for piece in _pieces(self.answer(request)):
                        if isinstance(piece, bytes):
                            connection.sendall(piece)
                        else:
                            time.sleep(piece)
                    if not self.stays:
                        connection.shutdown(socket.SHUT_WR)
                        return


def _pieces(answer: Answer) -> Iterator[Piece]:
    if isinstance(answer, bytes):
        yield answer
    else:
        yield from answer


def digest_is_right(request: Request, *, username: str, password: str, realm: str, nonce: str) -> bool:
    """Returns whether the request's Digest answer is the one of these credentials, as a strict camera checks it."""
    given = request.authorization.removeprefix("Digest ")
    quoted = {name: re.sub(r"\\(.)", r"\1", value) for name, value in re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', given)}
    bare = dict(re.findall(r"(\w+)=([^\s,\"]+)", given))
    algorithm = bare.get("algorithm", "MD5")
    name = {"MD5": "md5", "SHA-256": "sha256"}[algorithm.removesuffix("-sess")]

    def hashed(text: str) -> str:
        return new(name, text.encode()).hexdigest()

    secret = hashed(f"{username}:{realm}:{password}")
    if algorithm.endswith("-sess"):
        secret = hashed(f"{secret}:{nonce}:{quoted.get('cnonce')}")
    quality = bare.get("qop")
    asked = f"GET:{request.target}" + (f":{hashed('')}" if quality == "auth-int" else "")
    middle = f"{nonce}:{bare.get('nc')}:{quoted.get('cnonce')}:{quality}" if quality else nonce
    return (
        request.authorization.startswith("Digest ")
        and (quoted.get("username"), quoted.get("realm"), quoted.get("nonce")) == (username, realm, nonce)
        and quoted.get("uri") == request.target
        and quoted.get("response") == hashed(f"{secret}:{middle}:{hashed(asked)}")
    )
