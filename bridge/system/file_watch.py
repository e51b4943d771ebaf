"""Changes of files that other programs write.

The kernel reports them (inotify), so nothing wakes while nothing happens. Without inotify, or when its
watches are used up, files are polled every few seconds.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import logging
import os
import struct
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from pathlib import Path

from bridge.system.file_signs import signs

log = logging.getLogger(__name__)

QUIET_S = 0.2
"""An editor does several things to a file; they count as one change once it was quiet for so long."""
EVERY_S = 5.0
"""Between two polls."""

_CLOSE_WRITE, _MOVED_TO = 0x8, 0x80
"""A file is complete when its writer closes it, or when it is renamed into its place."""
_MOUNTED_BY_KUBERNETES = b"..data"
"""The link that is renamed when a mounted map of settings changes."""
_HEADER = struct.Struct("iIII")
_AT_ONCE = 65_536
_NO_WATCH_LEFT = (errno.ENOSPC, errno.ENOMEM)

Files = Callable[[], Iterable[Path]]


async def changes(files: Files, *, every_s: float = EVERY_S, quiet_s: float = QUIET_S) -> AsyncGenerator[None, None]:
    """Yields None at once, and after each change of a file of `files()`; never ends.

    `files` is called again after each yield. Changes less than `quiet_s` apart count as one; one change may yield
    twice. Without inotify the files are polled every `every_s` instead, which is logged.
    """
    try:
        inotify = Inotify(quiet_s=quiet_s)
    except OSError as error:
        problem = error.strerror
    else:
        try:
            while (problem := inotify.watch(files())) is None:
                yield
                await inotify.changed()
        finally:
            inotify.close()
    log.info("the kernel does not report changed files (%s); polling every %.0f s", problem, every_s)
    async with aclosing(polled(files, every_s=every_s)) as seen:
        async for _ in seen:
            yield


async def polled(files: Files, *, every_s: float = EVERY_S) -> AsyncGenerator[None, None]:
    """Yields None at once, and after each poll (every `every_s`) that finds a file of `files()` changed; never ends."""
    before: object = None
    while True:
        now = signs(files())
        if now != before:
            before = now
            yield
        await asyncio.sleep(every_s)


class Inotify:
    """Watches files by their folders, since editors put a new file in the old one's place.

    A file that is mounted by itself changes under another folder, so each file is watched as well.

    Raises:
        OSError: from the constructor, when the kernel has no inotify, or no instance of it left.
    """

    def __init__(self, *, quiet_s: float) -> None:
        self._quiet_s = quiet_s
        self._c = ctypes.CDLL(None, use_errno=True)
        if not hasattr(self._c, "inotify_init1"):
            raise OSError(0, "no inotify")
        self._fd = self._checked(self._c.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))
        self._names: dict[int, set[bytes]] = {}
        self._problem: str | None = None
        self._happened = asyncio.Event()
        asyncio.get_running_loop().add_reader(self._fd, self._read)

    def watch(self, files: Iterable[Path]) -> str | None:
        """Watches `files` in place of those before; a file or folder that cannot be reached is skipped.

        Returns None, or the reason why files are missed: the kernel has no watch left.
        """
        self._names, self._problem = {}, None
        for file in files:
            for place in {file, file.resolve()}:
                for name in (os.fsencode(place.name), _MOUNTED_BY_KUBERNETES):
                    self._add(place.parent, _CLOSE_WRITE | _MOVED_TO, name)
            self._add(file, _CLOSE_WRITE, b"")
        return self._problem

    async def changed(self) -> None:
        """Waits until a watched file changes and then none changes for `quiet_s`."""
        await self._happened.wait()
        while self._happened.is_set():
            self._happened.clear()
            await asyncio.sleep(self._quiet_s)

    def close(self) -> None:
        """Stops watching and closes the descriptor."""
        asyncio.get_running_loop().remove_reader(self._fd)
        os.close(self._fd)

    def _add(self, path: Path, mask: int, name: bytes) -> None:
        """Watches `path` for the events of `mask`.

        With `name` other than empty only those of that name in the folder count.
        """
        number = self._c.inotify_add_watch(self._fd, os.fsencode(path), ctypes.c_uint32(mask))
        if number < 0:
            number = ctypes.get_errno()
            log.debug("%s is not watched: %s", path, os.strerror(number))
            if number in _NO_WATCH_LEFT:
                self._problem = f"no watch left: {os.strerror(number)}"
            return
        self._names.setdefault(number, set()).add(name)

    def _read(self) -> None:
        data = os.read(self._fd, _AT_ONCE)
        at = 0
        while at < len(data):
            number, _mask, _cookie, length = _HEADER.unpack_from(data, at)
            at += _HEADER.size
            name = data[at : at + length].rstrip(b"\0")
            at += length
            if number == -1 or name in self._names.get(number, ()):  # -1: events were lost
                self._happened.set()

    def _checked(self, result: int) -> int:
        """Returns `result` of a system call. Raises OSError if it is negative."""
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return result
