"""Pictures of the outbox: files beside the database, not rows in it.

A picture of some 100 kB to 2 MB in a row would go to the flash twice (log and file), would hold up
the alarm that is to be durable in 50 ms, and would leave the database as large as the worst day.
As a file it is written by whoever has it, counted with `stat`, and shared by mail and upload.
It is durable before the job that names it; one without a job (the program was stopped between
the two) is swept away at the next start.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from bridge.errors import StoreError
from bridge.system.atomic_file import beside, replace_file

FOLDER_NAME = "outbox"


class Pictures:
    """The folder of pictures that wait with their jobs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER_NAME
        self._own: set[str] = set()

    def write(self, content: bytes, suffix: str = ".jpg") -> str:
        """Keep a picture durably; returns the name for `Job.pictures`. Blocks: not on the loop.

        Raises:
            StoreError: the disk does not take it; the job goes without.
        """
        name = os.urandom(8).hex() + suffix
        self._own.add(name)
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            replace_file(self._folder / name, content)
        except OSError as error:
            self._own.discard(name)
            message = f"picture not kept: {error.strerror}"
            raise StoreError(message) from error
        return name

    def read(self, name: str) -> bytes | None:
        """A picture's bytes; None when it is gone."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def sizes(self) -> dict[str, int]:
        """Every picture and its bytes. Blocks: not on the loop. Raises OSError."""
        return {found.name: found.stat().st_size for found in self._files()}

    def size_bytes(self) -> int:
        """What all pictures take together."""
        return sum(found.stat().st_size for found in self._files())

    def remove(self, names: Iterable[str]) -> None:
        """Delete pictures that no job needs; missing ones are ignored.

        Raises:
            OSError: the disk does not let go of one.
        """
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
            self._own.discard(name)

    def sweep(self, needed: Collection[str]) -> None:
        """Delete what an earlier run left behind and no job needs.

        Raises:
            OSError: the folder cannot be read, or a file not be deleted.
        """
        left = {found.name for found in self._files()}
        own = {name for mine in self._own for name in (mine, beside(self._folder / mine).name)}
        self.remove(left - set(needed) - own)

    def _files(self) -> list[Path]:
        return list(self._folder.iterdir()) if self._folder.is_dir() else []
