"""A media process seen from the bridge: started, given orders, listened to, and ended for certain."""

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
    """One process for one camera, made by `start`; `stop` must be called whatever happens."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, camera: OpenCamera) -> MediaChild:
        """Start it and give the first order. Raises ActionFailed when the machine cannot."""
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", MODULE),
                stdin=PIPE,
                stdout=PIPE,
                # Nothing of the library's own words is kept: they hold addresses with passwords.
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
        """For tests and for the log."""
        return self._process.pid

    def order(self, order: Order) -> None:
        """Tell it; to a process that is gone, nothing happens."""
        if self._process.stdin is not None and not self._process.stdin.is_closing():
            self._process.stdin.write(encode(order))

    async def report(self, *, silence_s: float) -> Report | None:
        """The next thing it tells; None when it has ended.

        Raises ActionFailed when it says nothing for `silence_s`, or nonsense.
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
        """All that it tells until it ends; raises as `report`."""
        while (report := await self.report(silence_s=silence_s)) is not None:
            yield report

    def close_input(self) -> None:
        """Let it finish its clip and go."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def stop(self, *, within_s: float = 0.0) -> int | None:
        """`close_input`, and kill it after `within_s`. Its exit code, if it has one."""
        process = self._process
        self.close_input()
        try:
            async with asyncio.timeout(within_s):
                # What it still says has to be taken, or it could not end.
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
            # It waits for a card inside the kernel, where nothing can be killed.
            _log.warning("media process %d cannot be ended", process.pid)
            return None

    def kill(self) -> None:
        """At once."""
        if self._process.returncode is None:
            self._process.kill()
