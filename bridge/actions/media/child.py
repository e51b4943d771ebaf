"""A media process from the bridge's side: start, orders, reports, and a certain end."""

from __future__ import annotations

import asyncio
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import bridge
from bridge.actions.media.messages import LONGEST_LINE, OpenCamera, Order, Report, decode, encode
from bridge.errors import ActionFailed

_log = logging.getLogger(__name__)

_DYING_S = 2.0
MODULE = "bridge.actions.media.process"


class MediaChild:
    """One process for one camera, made by `start`; the caller always calls `stop`."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, camera: OpenCamera) -> MediaChild:
        """Starts a process, sends it `camera` as its first order, and returns it.

        Raises ActionFailed if it cannot be started.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", MODULE),
                stdin=PIPE,
                stdout=PIPE,
                # The library's messages are discarded: they hold addresses with passwords.
                stderr=DEVNULL,
                limit=LONGEST_LINE,
                # Where `-m` finds this very package, installed or not.
                cwd=Path(bridge.__file__).parents[1],
            )
        except OSError as error:
            message = f"the media process cannot be started ({error.strerror})"
            raise ActionFailed(message) from error
        child = cls(process)
        child.order(camera)
        return child

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def order(self, order: Order) -> None:
        """Sends an order; does nothing if the process is gone."""
        if self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(encode(order))

    async def report(self, *, silence_s: float) -> Report | None:
        """Returns the next report, or None once the process has ended.

        Raises ActionFailed after `silence_s` without a report, or for a line that is no report.
        """
        if self._process.stdout is None:
            return None
        try:
            async with asyncio.timeout(silence_s):
                line = await self._process.stdout.readline()
            report = decode(line) if line else None
        except TimeoutError:
            message = f"the media process said nothing for {silence_s:g} s"
            raise ActionFailed(message) from None
        except ValueError as error:
            message = "the media process spoke nonsense"
            raise ActionFailed(message) from error
        return report if isinstance(report, Report) else None

    async def reports(self, *, silence_s: float) -> AsyncIterator[Report]:
        """Yields all reports until the process ends. Raises ActionFailed as `report` does."""
        while (report := await self.report(silence_s=silence_s)) is not None:
            yield report

    def close_input(self) -> None:
        """Closes the process's standard input, on which it finishes its clip and exits."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def stop(self, *, within_s: float = 0.0) -> int | None:
        """Closes the process's input, waits for its end, and kills it after `within_s`.

        Returns its exit code, negative for a signal; None, which is logged, if it cannot be killed.
        """
        process = self._process
        self.close_input()
        try:
            async with asyncio.timeout(within_s):
                # Its output has to be read, or a full pipe would keep it from ending.
                while process.stdout is not None and await process.stdout.read(65_536):
                    pass
                await process.wait()
        except TimeoutError:
            pass
        finally:
            self.kill()
        try:
            async with asyncio.timeout(_DYING_S):
                return await process.wait()
        except TimeoutError:
            # It waits for a card inside the kernel, where SIGKILL has no effect.
            _log.warning(
                "media process %d cannot be killed: it hangs in the kernel, most likely on a card", process.pid
            )
            return None

    def kill(self) -> None:
        """Kills the process at once."""
        if self._process.returncode is None:
            self._process.kill()
