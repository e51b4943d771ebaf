"""A client of the terminal board: it moves contacts and watches outputs."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TIMEOUT_S = 20.0
RETRY_S = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Driven:
    """An output's contact changed; `at_ns` is the board's own monotonic stamp."""

    output: str
    connected: bool
    at_ns: int


def _ignore(_: Driven) -> None:
    return


class Board:
    """Connected on construction, waiting for a board that is not there yet."""

    def __init__(self, path: Path, *, driven: Callable[[Driven], None] = _ignore) -> None:
        self._driven = driven
        self._rest = b""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(TIMEOUT_S)
        end = time.monotonic() + TIMEOUT_S
        while True:
            try:
                self._socket.connect(str(path))
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(RETRY_S)
            else:
                return

    def fileno(self) -> int:
        """For select."""
        return self._socket.fileno()

    def move(self, terminal: str, *, connected: bool) -> int:
        """Move a contact; the time just before, in monotonic nanoseconds."""
        command = f"{'connect' if connected else 'disconnect'} {terminal}\n".encode()
        at_ns = time.monotonic_ns()
        self._socket.sendall(command)
        return at_ns

    def move_many(self, terminal: str, contacts: list[bool]) -> None:
        """A burst, as fast as the socket takes it."""
        words = (f"{'connect' if connected else 'disconnect'} {terminal}\n" for connected in contacts)
        self._socket.sendall("".join(words).encode())

    def watch(self) -> None:
        """From now on changes of outputs are reported by `read`."""
        self._socket.sendall(b"watch\n")

    def read(self) -> None:
        """Take what is there: answers are passed over, changes are reported."""
        data = self._socket.recv(1 << 18)
        if not data:
            message = "the board closed the connection"
            raise ConnectionError(message)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if b'"monotonic_ns"' in line:
                change = json.loads(line)
                self._driven(
                    Driven(
                        output=change["output"],
                        connected=change["contact"] == "connected",
                        at_ns=change["monotonic_ns"],
                    )
                )

    def close(self) -> None:
        """Hang up."""
        self._socket.close()
