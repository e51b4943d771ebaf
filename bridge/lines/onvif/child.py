"""The ONVIF process from the bridge's side: started, restarted when it ends or falls silent, and ended."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import bridge
from bridge.lines.onvif.messages import LONGEST_LINE, Order, Report, decode, encode
from bridge.system.backoff import Backoff

MODULE: Final = "bridge.lines.onvif.process"
SILENT_S: Final = 10.0
"""Without a sign of life for so long, the process hangs."""
GOODBYE_S: Final = 2.5
_RESTARTS: Final = Backoff(first_s=1.0, longest_s=30.0)
_READ_BYTES: Final = 64 * 1024
_LOG = logging.getLogger(__name__)


class OnvifChild:
    """One process at a time. `report` gets each of its reports; `began` and `ended` are called around each one's life.

    Everything is called on the event loop's thread.
    """

    def __init__(
        self, *, report: Callable[[Report], None], began: Callable[[], None], ended: Callable[[], None]
    ) -> None:
        self._report = report
        self._began = began
        self._ended = ended
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting = bytearray()
        """Orders that the pipe has not taken yet."""
        self._rest = b""
        self._failures = 0
        self._begun_at = 0.0
        self._again: asyncio.TimerHandle | None = None
        self._silent: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int | None:
        """The process id; None while there is none."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Starts a process, on a running event loop; one that cannot be started is tried again later."""
        self._again = None
        self._begun_at = time.monotonic()
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # a traceback may hold an address with a password
                cwd=Path(bridge.__file__).parents[1],  # where `-m` finds this very package, installed or not
                bufsize=0,
            )
        except OSError as error:
            _LOG.warning("the ONVIF process cannot be started (%s); tried again", error.strerror)
            self._start_later()
            return
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - they are pipes
        self._process, self._rest = process, b""
        self._waiting.clear()
        os.set_blocking(process.stdin.fileno(), False)
        os.set_blocking(process.stdout.fileno(), False)
        asyncio.get_running_loop().add_reader(process.stdout.fileno(), self._read)
        self._await_beat()
        self._began()

    def order(self, order: Order) -> None:
        """Sends an order; dropped if there is no process, for which all of them are made again when it began."""
        if self._process is not None:
            self._waiting += encode(order)
            self._write()

    def close(self) -> None:
        """Ends the process: its input is closed, and after `GOODBYE_S` it is killed. Blocks until then."""
        if self._again is not None:
            self._again.cancel()
        process = self._process
        if process is None:
            return
        self._forget()
        assert process.stdin is not None  # noqa: S101 - it is a pipe
        os.set_blocking(process.stdin.fileno(), True)
        try:
            if self._waiting:
                process.stdin.write(self._waiting)
            process.stdin.close()
            process.wait(GOODBYE_S)
        except (OSError, subprocess.TimeoutExpired):
            process.kill()
            process.wait()

    def _write(self) -> None:
        """Writes what the pipe takes now; the rest when it takes more."""
        process, loop = self._process, asyncio.get_running_loop()
        if process is None or process.stdin is None:
            return
        try:
            while self._waiting:
                del self._waiting[: os.write(process.stdin.fileno(), self._waiting)]
            loop.remove_writer(process.stdin.fileno())
        except BlockingIOError:
            loop.add_writer(process.stdin.fileno(), self._write)
        except OSError:
            loop.remove_writer(process.stdin.fileno())  # it has ended: its output ends too

    def _read(self) -> None:
        process = self._process
        if process is None or process.stdout is None:
            return
        try:
            data = os.read(process.stdout.fileno(), _READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            self._end("ended")
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            self._end("spoke nonsense")
            return
        self._await_beat()
        for line in lines:
            try:
                message = decode(line)
            except ValueError:
                self._end("spoke nonsense")
                return
            if not isinstance(message, Order):
                self._report(message)

    def _await_beat(self) -> None:
        if self._silent is not None:
            self._silent.cancel()
        self._silent = asyncio.get_running_loop().call_later(SILENT_S, self._end, f"said nothing for {SILENT_S:g} s")

    def _end(self, how: str) -> None:
        """Ends the process for good, and starts another later."""
        process = self._process
        if process is None:
            return
        self._forget()
        process.kill()
        process.wait()
        _LOG.warning("the ONVIF process %s; it is started again", how)
        self._ended()
        self._start_later()

    def _forget(self) -> None:
        """Forgets the process, and reads and writes no more."""
        process, loop = self._process, asyncio.get_running_loop()
        assert process is not None and process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
        self._process = None
        loop.remove_reader(process.stdout.fileno())
        loop.remove_writer(process.stdin.fileno())
        process.stdout.close()
        if self._silent is not None:
            self._silent.cancel()
            self._silent = None

    def _start_later(self) -> None:
        self._failures = 1 if time.monotonic() - self._begun_at > _RESTARTS.longest_s else self._failures + 1
        self._again = asyncio.get_running_loop().call_later(_RESTARTS.wait_s(self._failures), self.start)
