"""ALSA's aplay as a child process that is fed samples.

A child, because a library in our own process plays nothing, without an error, when the device is
broken, and because a child can be killed. If this process is killed, its pipe ends and the
child stops by itself after its buffer.
"""

from __future__ import annotations

import asyncio
import os
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass
from typing import NoReturn, Self

from bridge.errors import ActionFailed, ActionRefused

_STALL_S = 5.0
"""Time after which a device that accepts nothing counts as broken, not counting its buffers."""
_BUFFERED_BYTES = 2 * 65_536
"""Limit of the samples in the pipe and in front of it."""
_STDERR_BYTES = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """Signed 16-bit samples, little-endian."""

    rate_hz: int
    channels: int

    @property
    def bytes_a_second(self) -> int:
        """Bytes of one second of sound."""
        return self.rate_hz * self.channels * 2


class Player:
    """The player of one sound: `use` a format, `feed` it, `finish`. Leaving the context kills a running process."""

    def __init__(self, *, program: str, device: str) -> None:
        self._program = program
        self._device = device
        self._format: Format | None = None
        self._process: Process | None = None
        self._killed = False
        # No pipe: children of the player would hold it open, and waiting for its end would hang.
        self._stderr = os.memfd_create("stderr of aplay")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()
            if process.returncode is None:
                process.kill()
            await process.wait()
        os.close(self._stderr)

    def kill(self) -> None:
        """Stops at once; a pending `feed` returns without an error, and later calls do nothing.

        May be called at any time.
        """
        self._killed = True
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def use(self, form: Format) -> None:
        """Prepares for samples of this format; samples of a former format are played out first.

        Raises ActionRefused if aplay cannot be started, and ActionFailed if the former samples cannot be played.
        """
        if form == self._format or self._killed:
            return
        await self.finish()
        command = ["-q", "-t", "raw", "-f", "S16_LE", "-r", str(form.rate_hz), "-c", str(form.channels)]
        try:
            self._process = await asyncio.create_subprocess_exec(
                self._program, *command, "-D", self._device, stdin=PIPE, stdout=DEVNULL, stderr=self._stderr
            )
        except OSError as error:
            message = f"{self._program} cannot be started ({error.strerror}); Debian's package is alsa-utils"
            raise ActionRefused(message) from error
        self._format = form
        if self._killed:
            self._process.kill()

    async def feed(self, samples: bytes) -> None:
        """Writes samples; returns when there is room for more, at once after `kill`. Called after `use`.

        Raises:
            ActionFailed: the device stalls, or aplay has ended.
        """
        process, form = self._process, self._format
        if process is None or process.stdin is None or form is None or self._killed:
            return
        try:
            async with asyncio.timeout(_STALL_S + _BUFFERED_BYTES / form.bytes_a_second):
                process.stdin.write(samples)
                await process.stdin.drain()
                # drain() does not let others run as long as there is room.
                await asyncio.sleep(0)
        except TimeoutError:
            self._fail("takes no sound")
        except (BrokenPipeError, ConnectionResetError):
            await self._explain(process)

    async def finish(self) -> None:
        """Waits until all samples have been played; returns at once after `kill`.

        Raises:
            ActionFailed: the device stalls, or aplay has failed.
        """
        process, form = self._process, self._format
        self._format = None
        if process is None or process.stdin is None or form is None or self._killed:
            return
        process.stdin.close()
        try:
            async with asyncio.timeout(_STALL_S + _BUFFERED_BYTES / form.bytes_a_second):
                await process.wait()
        except TimeoutError:
            self._fail("does not come to an end")
        if process.returncode:
            await self._explain(process)

    async def _explain(self, process: Process) -> None:
        """Raises ActionFailed with the reason of the player's end, unless `kill` ended it."""
        await process.wait()
        if self._killed:
            return
        text = os.pread(self._stderr, _STDERR_BYTES, 0).decode(errors="replace").strip()
        reason = text.splitlines()[0].rpartition("audio open error: ")[2] if text else f"exit code {process.returncode}"
        self._fail(f"cannot be used ({reason[:200]})")

    def _fail(self, reason: str) -> NoReturn:
        """Raises ActionFailed with the device's name."""
        message = f"sound device {self._device} {reason}"
        raise ActionFailed(message) from None
