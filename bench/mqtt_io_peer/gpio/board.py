"""A GPIO module for mqtt-io whose pins are terminals behind a Unix socket.

It speaks the simulated board's protocol as the server: `connect ID` and `disconnect ID` move an
input, `watch` reports outputs. Edges are software interrupts, called as mqtt-io's modules do from a
thread of the library (`reader: thread`), or from the event loop itself (`reader: loop`), which no
real module of mqtt-io does. The edge's level goes with the call, so that nothing has to be read back.
"""

# ruff: noqa: INP001 - run as a folder, by the environment that holds mqtt-io

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import GenericGPIO, InterruptEdge, InterruptSupport, PinDirection, PinPUD

REQUIREMENTS = ()
CONFIG_SCHEMA = {
    "socket": {"type": "string", "required": True},
    "reader": {"type": "string", "required": False, "default": "thread", "allowed": ["thread", "loop"]},
}
DONE = b'{"ok": true}\n'


class GPIO(GenericGPIO):
    """The class that mqtt-io looks for."""

    INTERRUPT_SUPPORT = InterruptSupport.SOFTWARE_CALLBACK

    def setup_module(self) -> None:
        """Listen, and hear clients in the way that was asked for."""
        self.values: dict[Any, bool] = {}
        self.callbacks: dict[Any, Callable[..., None]] = {}
        self.watchers: list[socket.socket] = []
        path = Path(self.config["socket"])
        path.unlink(missing_ok=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        if self.config["reader"] == "loop":
            self.loop = asyncio.get_event_loop()
            self.listener.settimeout(0)
            self.loop.add_reader(self.listener, self._welcome)
        else:
            threading.Thread(target=self._serve, name="board", daemon=True).start()

    def setup_pin(
        self,
        pin: Any,
        direction: PinDirection,
        pullup: PinPUD,
        pin_config: dict[str, Any],
        initial: str | None = None,
    ) -> None:
        """Every terminal starts disconnected; an output at its initial level."""
        del direction, pullup, pin_config
        self.values[pin] = initial == "high"

    def setup_interrupt_callback(
        self, pin: Any, edge: InterruptEdge, in_conf: dict[str, Any], callback: Callable[..., None]
    ) -> None:
        """Both edges; the bounce time is not used: every edge counts."""
        del edge, in_conf
        self.callbacks[pin] = callback

    def get_interrupt_value(self, pin: Any, *args: Any, **kwargs: Any) -> bool:
        """The level that came with the edge."""
        del pin, kwargs
        return bool(args[0])

    def get_pin(self, pin: Any) -> bool:
        """The level now."""
        return self.values[pin]

    def set_pin(self, pin: Any, value: bool) -> None:  # noqa: FBT001 - mqtt-io's signature
        """Drive an output and tell whoever watches, with the time."""
        self.values[pin] = value
        change = {
            "output": pin,
            "contact": "connected" if value else "disconnected",
            "monotonic_ns": time.monotonic_ns(),
        }
        for watcher in self.watchers:
            watcher.send(json.dumps(change).encode() + b"\n")

    def _obey(self, client: socket.socket, line: bytes) -> None:
        word, _, pin = line.decode().partition(" ")
        if word == "watch":
            self.watchers.append(client)
        elif word in ("connect", "disconnect") and self.values[pin] != (word == "connect"):
            self.values[pin] = word == "connect"
            self.callbacks[pin](word == "connect")
        client.send(DONE)

    def _welcome(self) -> None:
        client, _ = self.listener.accept()
        client.settimeout(0)
        self.loop.add_reader(client, self._hear, client, bytearray())

    def _hear(self, client: socket.socket, rest: bytearray) -> None:
        data = client.recv(65536)
        if not data:
            self.loop.remove_reader(client)
            return
        rest += data
        *lines, tail = bytes(rest).split(b"\n")
        rest[:] = tail
        for line in lines:
            self._obey(client, line)

    def _serve(self) -> None:
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self._converse, args=(client,), name="terminals", daemon=True).start()

    def _converse(self, client: socket.socket) -> None:
        with client.makefile("rb") as lines:
            for line in lines:
                self._obey(client, line.rstrip(b"\n"))
