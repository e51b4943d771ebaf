"""A device that obeys HTTP requests: it may want a log-in, fail, hang, or answer with any status."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

USER, PASSWORD = "me", "s3cret"


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: Any) -> None:
        """A client that is gone is no error of the test."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request that the device obeyed, or would have."""

    method: str
    path: str
    body: str
    headers: dict[str, str]


class HttpDevice:
    """`with HttpDevice() as device:`; `asked` are the requests behind the log-in, `tries` counts all."""

    def __init__(self, *, login: str | None = None) -> None:
        self.asked: list[Asked] = []
        self.tries = 0
        self.status = 200
        self.login = login
        self.nonce = "n1"
        self.is_stale = False
        self.silent = threading.Event()
        """Set, it takes requests and answers none."""
        device = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                device.take(self)

            do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - the standard library's names

            def log_message(self, *_: Any) -> None:
                return

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        return [each.path for each in self.asked]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.silent.clear()
        self._server.shutdown()
        self._server.server_close()

    def take(self, request: Any) -> None:
        self.tries += 1
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0)).decode()
        while self.silent.is_set():
            threading.Event().wait(0.01)
        if self.login is not None and not self._is_logged_in(request):
            challenge = {
                "basic": 'Basic realm="device"',
                "digest": f'Digest realm="device", nonce="{self.nonce}", qop="auth"' + ", stale=true" * self.is_stale,
            }
            self._answer(request, 401, {"WWW-Authenticate": challenge[self.login]})
            return
        self.asked.append(
            Asked(method=request.command, path=request.path, body=body, headers=dict(request.headers.items()))
        )
        self._answer(request, self.status, {"Location": "/other"} if 300 <= self.status < 400 else {})

    def _answer(self, request: Any, status: int, headers: dict[str, str]) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"ok")

    def _is_logged_in(self, request: Any) -> bool:
        given = request.headers.get("Authorization", "")
        if self.login == "basic":
            return bool(given == "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())
        part = dict(re.findall(r'(\w+)="?([^",]*)"?', given))
        if part.get("nonce") != self.nonce:
            return False
        first, second = _md5(f"{USER}:device:{PASSWORD}"), _md5(f"{request.command}:{request.path}")
        return part["response"] == _md5(f"{first}:{self.nonce}:{part['nc']}:{part['cnonce']}:auth:{second}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
