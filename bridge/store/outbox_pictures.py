"""Pictures of the outbox: files beside the database, not rows in it.

A picture of some 100 kB to 2 MB in a row would go to the flash twice (log and file), would hold up
the alarm that is to be durable in 50 ms, and would leave the database as large as the worst day.
As a file it is written on the thread of its owner, counted with `stat`, and shared by mail and upload.
It is durable before the job that names it; one without a job (the program was stopped between
the two) is deleted at the next start.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from bridge.errors import StoreError
from bridge.system.atomic_file import beside, replace_file

FOLDER_NAME = "outbox"


class Pictures:
    """The folder of pictures that belong to jobs. All methods block: not for the event loop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / FOLDER_NAME
        self._own: set[str] = set()

    def write(self, content: bytes, suffix: str = ".jpg") -> str:
        """Writes a picture durably. Returns its name, for `Job.pictures`.

        Raises:
            StoreError: the disk does not accept it; the job goes without the picture.
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
        """Returns a picture's bytes, or None if the file is gone. Raises OSError if the disk fails."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def sizes(self) -> dict[str, int]:
        """Returns the size in bytes of each picture, by name; an empty dict without a folder. Raises OSError."""
        return {found.name: found.stat().st_size for found in self._files()}

    def size_bytes(self) -> int:
        """Returns the size of all pictures together. Raises OSError."""
        return sum(found.stat().st_size for found in self._files())

    def remove(self, names: Iterable[str]) -> None:
        """Deletes pictures that no job needs. Missing files are ignored.

        Raises:
            OSError: a file cannot be deleted.
        """
        for name in names:
            (self._folder / name).unlink(missing_ok=True)
            self._own.discard(name)

    def sweep(self, needed: Collection[str]) -> None:
        """Deletes the files of earlier runs that no job needs.

        Raises:
            OSError: the folder cannot be read, or a file cannot be deleted.
        """
        left = {found.name for found in self._files()}
        own = {name for mine in self._own for name in (mine, beside(self._folder / mine).name)}
        self.remove(left - set(needed) - own)

    def _files(self) -> list[Path]:
        """Returns the files of the folder; an empty list if there is no folder."""
        return list(self._folder.iterdir()) if self._folder.is_dir() else []
