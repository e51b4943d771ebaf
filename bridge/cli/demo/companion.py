"""The programs that a demo brings along: they end with it, even if it was killed, and none outlives it."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import bridge
from bridge.errors import StartFailed

START_LIMIT_S: Final = 10.0
_PR_SET_PDEATHSIG: Final = 1
_WITH_ME: Final = f"""\
import ctypes, os, sys
ctypes.CDLL(None).prctl({_PR_SET_PDEATHSIG}, {signal.SIGTERM:d})
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Becomes a program that the kernel ends with the demo, a demo that was killed included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A program that listens at a port of loopback, or at a Unix socket; `log` is the file of its output."""

    name: str
    process: subprocess.Popen[bytes]
    at: int | Path
    log: Path

    async def listening(self) -> None:
        """Waits until it accepts connections. Raises StartFailed if it ends, or does not within the limit."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + START_LIMIT_S
        while loop.time() < give_up and self.process.poll() is None:
            try:
                _, writer = await self._connected()
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            return
        message = f"the {self.name} did not start; {self.log} may say why"
        raise StartFailed(message)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.at, Path):
            return await asyncio.open_unix_connection(self.at)
        return await asyncio.open_connection("127.0.0.1", self.at)


@contextmanager
def companion(
    name: str, command: Sequence[str], *, at: int | Path, log: Path, inherits: Sequence[socket.socket] = ()
) -> Iterator[Companion]:
    """Runs a program, which listens `at` a port or a Unix socket and inherits sockets, for the `with` block.

    It is in a process group of its own: a Ctrl-C at the terminal is for the daemon, which needs it until its end.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WITH_ME, *command],  # -I -S: it starts faster
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=Path(bridge.__file__).parents[1],  # where `-m` finds this very package, installed or not
            process_group=0,
            pass_fds=[each.fileno() for each in inherits],
        )
    try:
        yield Companion(name=name, process=process, at=at, log=log)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(5)
        process.kill()
        process.wait()


def free_port(usual: int) -> int:
    """Returns the usual port if it is free, else any free port on loopback. Raises StartFailed if there is none."""
    with bound_socket(usual) as probe:
        return int(probe.getsockname()[1])


def bound_socket(usual: int) -> socket.socket:
    """Returns a listening socket at the usual port if it is free, else at any of loopback. Raises StartFailed.

    Whoever inherits it has the port, whatever else is started at the same time.
    """
    for port in (usual, 0):
        bound = socket.socket()
        try:
            # As servers do: connections that ended a moment ago, with the last demo, hold no port.
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(("127.0.0.1", port))
            bound.listen()  # until then another could be bound to it as well
        except OSError:
            bound.close()
            continue
        return bound
    message = "no free port on 127.0.0.1"
    raise StartFailed(message)
