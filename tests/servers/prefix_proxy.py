"""A proxy that serves somebody else's page below a prefix, as Home Assistant's ingress and nginx do."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Mapping
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Self

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "upgrade"}


class PrefixProxy:
    """`with PrefixProxy(port_behind, "/some/prefix") as proxy`; pages are below `proxy.url`. Host stays as it is.

    `says` are headers that it adds, or leaves out where None. `connect` makes its connections otherwise.
    With `holds_back` it passes on an answer once all of it has come.
    """

    def __init__(
        self,
        port: int,
        prefix: str,
        *,
        says: Mapping[str, str | None] = MappingProxyType({}),
        connect: Callable[[], http.client.HTTPConnection] | None = None,
        holds_back: bool = False,
    ) -> None:
        dropped = HOP_BY_HOP | {name.lower() for name in says}
        added = {name: value for name, value in says.items() if value is not None}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.pass_on()

            do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - names that the library calls

            def pass_on(self) -> None:
                if not self.path.startswith(f"{prefix}/"):
                    self.send_error(404, "outside the prefix")
                    return
                behind = connect() if connect else http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                body = _body(self)
                headers = {key: value for key, value in self.headers.items() if key.lower() not in dropped} | added
                behind.request(self.command, self.path.removeprefix(prefix), body=body or None, headers=headers)
                answer = behind.getresponse()
                part = answer.read if holds_back else partial(answer.read1, 65_536)
                self.send_response(answer.status)
                for key, value in answer.getheaders():
                    if key.lower() not in HOP_BY_HOP:
                        self.send_header(key, value)
                self.end_headers()
                try:
                    while content := part():
                        self.wfile.write(content)
                        self.wfile.flush()
                except (OSError, http.client.IncompleteRead):
                    return  # the browser has left, or the page has ended
                finally:
                    behind.close()

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}{prefix}/"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _body(request: BaseHTTPRequestHandler) -> bytes:
    """All of it, in chunks or not."""
    if request.headers.get("Transfer-Encoding") != "chunked":
        return request.rfile.read(int(request.headers.get("Content-Length", 0)))
    whole = b""
    while size := int(request.rfile.readline(), 16):
        whole += request.rfile.read(size)
        request.rfile.readline()
    request.rfile.readline()
    return whole
