"""Pictures of jobs that wait: on the disk; in memory while the disk takes none.

A full, broken or hanging disk costs what a restart would have kept, never the picture of a mail
that goes out a second later.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from bridge.errors import StoreError
from bridge.store.outbox_pictures import Pictures

log = logging.getLogger(__name__)

DISK_S = 5.0
MEMORY_BYTES = 32_000_000

_Result = TypeVar("_Result")


class PictureCache:
    """`disk` is None where nothing has to outlive the program. `limit_s` bounds each word with the disk."""

    def __init__(self, disk: Pictures | None, *, limit_s: float = DISK_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self._disk = disk
        self._limit_s = limit_s
        self._memory_bytes = memory_bytes
        self._memory: dict[str, bytes] = {}
        self._sizes: dict[str, int] = {}
        self._hanging = False

    async def keep(self, jpeg: bytes) -> str:
        """A picture; its name. In memory the oldest go beyond the bound, the newest stays."""
        if self._disk is not None:
            disk = self._disk
            try:
                name = await self._with_disk(lambda: disk.write(jpeg))
            except StoreError as error:
                log.warning("%s; kept in memory", error)
            else:
                self._sizes[name] = len(jpeg)
                return name
        name = f"memory-{os.urandom(8).hex()}.jpg"
        self._memory[name], self._sizes[name] = jpeg, len(jpeg)
        while sum(map(len, self._memory.values())) > self._memory_bytes and len(self._memory) > 1:
            self._forget(next(iter(self._memory)))
        return name

    async def picture(self, name: str) -> bytes | None:
        """Its bytes; None when it is gone. Raises StoreError when the disk does not give it now."""
        if name in self._memory or self._disk is None:
            return self._memory.get(name)
        disk = self._disk
        return await self._with_disk(lambda: disk.read(name))

    async def measure(self) -> None:
        """Learn how large those are that an earlier run left."""
        if self._disk is not None:
            try:
                self._sizes |= await self._with_disk(self._disk.sizes)
            except StoreError as error:
                log.warning("%s", error)

    def size_bytes(self, names: Iterable[str]) -> int:
        """Of pictures together; unknown ones count nothing."""
        return sum(self._sizes.get(name, 0) for name in names)

    def release(self, names: Iterable[str], *, in_use: Collection[str]) -> None:
        """A job that needed these is gone. Files go with the job's row: here only memory is given back."""
        for name in set(names).difference(in_use):
            self._forget(name)

    def _forget(self, name: str) -> None:
        self._memory.pop(name, None)
        self._sizes.pop(name, None)

    async def _with_disk(self, work: Callable[[], _Result]) -> _Result:
        """On a thread of its own, which a dead disk may keep for ever: no end of the program waits for it.

        While one is kept so, no other is begun.
        """
        if self._hanging:
            message = "the disk does not answer"
            raise StoreError(message)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[_Result] = loop.create_future()

        def settle(result: _Result | None, error: Exception | None) -> None:
            self._hanging = False
            if done.done():
                return
            if error is not None:
                done.set_exception(error)
            else:
                done.set_result(result)  # type: ignore[arg-type]  # None only where the work gives it

        def run() -> None:
            result, error = None, None
            try:
                result = work()
            except Exception as caught:  # noqa: BLE001 - handed to whoever waits
                error = caught
            with contextlib.suppress(RuntimeError):  # the loop is closed: the program has ended
                loop.call_soon_threadsafe(settle, result, error)

        threading.Thread(target=run, name="pictures", daemon=True).start()
        try:
            async with asyncio.timeout(self._limit_s):
                return await done
        except TimeoutError:
            self._hanging = True
            message = f"the disk did not answer within {self._limit_s:g} s"
            raise StoreError(message) from None
        except OSError as error:
            message = f"the disk refuses: {error.strerror}"
            raise StoreError(message) from error
