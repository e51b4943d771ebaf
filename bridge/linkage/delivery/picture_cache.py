"""Pictures of waiting jobs: on the disk; in memory while the disk fails.

With a full, broken or hanging disk pictures do not survive a restart, but a mail that goes out a second
later has its picture.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from bridge.errors import StoreError
from bridge.store.outbox_pictures import Pictures
from bridge.system.disk_thread import start_disk_thread

log = logging.getLogger(__name__)

DISK_S = 5.0
MEMORY_BYTES = 32_000_000

_Result = TypeVar("_Result")


class PictureCache:
    """Keeps pictures by name; `disk` None keeps them only for the life of the program.

    `limit_s` bounds each access to the disk.
    """

    def __init__(self, disk: Pictures | None, *, limit_s: float = DISK_S, memory_bytes: int = MEMORY_BYTES) -> None:
        self._disk = disk
        self._limit_s = limit_s
        self._memory_bytes = memory_bytes
        self._memory: dict[str, bytes] = {}
        self._sizes: dict[str, int] = {}
        self._hanging = False

    async def keep(self, jpeg: bytes) -> str:
        """Keeps a picture, in memory if the disk fails. Returns its name.

        Above `memory_bytes` the oldest pictures in memory are dropped.
        """
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
        """Returns a picture, or None if it is gone. Raises StoreError if the disk does not answer now."""
        if name in self._memory or self._disk is None:
            return self._memory.get(name)
        disk = self._disk
        return await self._with_disk(lambda: disk.read(name))

    async def measure(self) -> None:
        """Reads the sizes of the pictures that an earlier run left; a failure of the disk is logged."""
        if self._disk is not None:
            try:
                self._sizes |= await self._with_disk(self._disk.sizes)
            except StoreError as error:
                log.warning("%s", error)

    def size_bytes(self, names: Iterable[str]) -> int:
        """Returns the size of the pictures together; unknown ones count 0."""
        return sum(self._sizes.get(name, 0) for name in names)

    def release(self, names: Iterable[str], *, in_use: Collection[str]) -> None:
        """Forgets the pictures of a removed job, except those `in_use`. Their files are deleted with the job's row."""
        for name in set(names).difference(in_use):
            self._forget(name)

    def _forget(self, name: str) -> None:
        self._memory.pop(name, None)
        self._sizes.pop(name, None)

    async def _with_disk(self, work: Callable[[], _Result]) -> _Result:
        """Returns the result of `work`. No other work begins while one hangs.

        Raises:
            StoreError: the disk refuses, or does not answer within the limit.
        """
        if self._hanging:
            message = "the disk does not answer"
            raise StoreError(message)
        working = start_disk_thread("pictures", work)
        working.add_done_callback(self._answered)
        await asyncio.wait({working}, timeout=self._limit_s)
        if not working.done():
            self._hanging = True
            message = f"the disk did not answer within {self._limit_s:g} s"
            raise StoreError(message)
        try:
            return working.result()
        except OSError as error:
            message = f"the disk refuses: {error.strerror}"
            raise StoreError(message) from error

    def _answered(self, working: asyncio.Future[_Result]) -> None:
        """Notes that the disk answers again; called at the end of each work, in time or later."""
        self._hanging = False
        working.exception()  # one that comes too late to be raised is not asyncio's to report either
