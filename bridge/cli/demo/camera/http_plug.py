"""A simulated camera's network plug: an HTTP server on loopback that is plugged in and pulled out at will.

Pulled out, it keeps its port and breaks each connection off: otherwise another program could be given the port.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

LARGEST_BODY: Final = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A POST: its path, its log-in, and its body."""

    path: str
    authorization: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a POST: status, document, and further headers."""

    status: int
    text: str
    headers: tuple[tuple[str, str], ...] = ()


class HttpPlug:
    """Answers a POST by `answer`, and a GET by the JPEG of `picture`, each on a thread of its own, while it is in.

    `bound` is a socket that has the port already, for the first `start`.
    """

    def __init__(
        self,
        *,
        answer: Callable[[Request], Reply],
        picture: Callable[[], bytes],
        port: int = 0,
        bound: socket.socket | None = None,
    ) -> None:
        self.port = port if bound is None else bound.getsockname()[1]
        self._bound = bound
        self._handler = _handler_of(answer, picture)
        self._server: _Server | None = None

    @property
    def is_in(self) -> bool:
        """Whether it answers."""
        return self._server is not None and self._server.answers

    def plug(self) -> None:
        """Answers again."""
        if self._server is not None:
            self._server.answers = True

    def unplug(self) -> None:
        """Answers no more, breaks every connection off, and keeps the port."""
        if self._server is not None:
            self._server.answers = False
            self._server.break_off()

    def start(self) -> None:
        """Begins to answer at the port; nothing if it does already. Raises OSError if the port is taken."""
        if self._server is not None:
            return
        self._server = _Server(("127.0.0.1", self.port), self._handler, self._bound)
        self._bound = None
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="camera", daemon=True).start()

    def stop(self) -> None:
        """Answers no more, and breaks every connection off; nothing if it is out already."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.server_close()
        self._server.break_off()
        self._server = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    answers = True

    def __init__(
        self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler], bound: socket.socket | None
    ) -> None:
        super().__init__(address, handler, bind_and_activate=bound is None)
        if bound is not None:
            self.socket.close()
            self.socket = bound
            self.server_name, self.server_port = bound.getsockname()
            self.server_activate()
        self._sockets: set[socket.socket] = set()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        del request, client_address
        return self.answers

    def process_request(self, request: Any, client_address: Any) -> None:
        self._sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._sockets.discard(request)
        super().shutdown_request(request)

    def break_off(self) -> None:
        for each in tuple(self._sockets):
            with suppress(OSError):  # it was closed before
                each.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no fault of the camera's."""


def _handler_of(answer: Callable[[Request], Reply], picture: Callable[[], bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_: object) -> None:
            pass

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            if length > LARGEST_BODY:
                self.send_error(413)
                return
            authorization = self.headers.get("Authorization", "")
            body = self.rfile.read(length)
            reply = answer(Request(path=self.path, authorization=authorization, body=body))
            self._send(reply.status, "application/soap+xml; charset=utf-8", reply.text.encode(), *reply.headers)

        def do_GET(self) -> None:
            self._send(200, "image/jpeg", picture())

        def do_HEAD(self) -> None:
            self._send(404, "text/plain", b"")

        def _send(self, status: int, kind: str, body: bytes, *headers: tuple[str, str]) -> None:
            self.send_response(status)
            for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), *headers):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
