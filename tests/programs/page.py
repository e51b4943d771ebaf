"""The whole program with its page on a free port, and no broker: what the page does needs none."""

from __future__ import annotations

import http.client
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from programs.bridge import Bridge
from servers.process import free_port, wait_until


class PagedBridge(Bridge):
    """`with PagedBridge(folder, inputs=…) as bridge`; `bridge.url` ends with a slash."""

    def __init__(self, folder: Path, *, web: dict[str, Any] | None = None, broker: int = 1, **parts: Any) -> None:
        self.port_of_page = free_port()
        self.url = f"http://127.0.0.1:{self.port_of_page}/"
        super().__init__(folder, broker, web={"port": self.port_of_page, **(web or {})}, **parts)

    def start(self) -> Self:
        super().start()
        wait_until(self.is_served, what=f"the page; log:\n{self.said()}")
        return self

    def is_served(self) -> bool:
        with suppress(OSError):
            connection = http.client.HTTPConnection("127.0.0.1", self.port_of_page, timeout=2)
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False
