"""A file replaced as a whole: written beside the target, synced, renamed, its folder synced.

A kill or a power cut at any instant leaves the old file or the new one. Everything here blocks.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

log = logging.getLogger(__name__)

_OWNER_ONLY = 0o600
_NO_FSYNC_OF_FOLDERS = (errno.EINVAL, errno.EBADF)
"""Errors of file systems on which a folder cannot be synced."""


def replace_file(target: Path, content: bytes) -> None:
    """Replaces `target`, or creates it, durably and with the permissions of the umask.

    A symbolic link is replaced itself; the file that it points to stays unchanged.

    Raises:
        OSError: the disk fails. `target` then holds its old content, or the new content that a power cut may still
            undo.
    """
    with written_beside(target, content) as fresh:
        fresh.replace(target)
    sync_folder(target.parent)


@contextmanager
def written_beside(
    target: Path,
    content: bytes,
    *,
    mode: int | None = None,
    owner: tuple[int, int] | None = None,
    suffix: str = "new",
    durable: bool = True,
) -> Iterator[Path]:
    """Yields the path of a new file with `content` beside `target`; the caller checks it and renames it.

    At the end of the `with` block the new file is removed unless it was renamed. `mode` None leaves the permissions to
    the umask; otherwise no other user can open the file before it has them. `owner` is user and group; the file keeps
    this process's owner where it may not give files away. `durable` False leaves the content to the kernel's
    write-back: whole after a kill, but not after a power cut.

    Raises:
        OSError: the file cannot be written; nothing of it is left.
    """
    fresh = beside(target, suffix)
    with suppress(FileNotFoundError):
        fresh.unlink()  # of a run that was killed
    try:
        with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _first_mode(mode)), "wb") as file:  # noqa: PTH123 - its mode from the first instant
            file.write(content)
            if owner is not None and owner != (os.geteuid(), os.getegid()):
                _give_to(fresh, file.fileno(), owner)
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        yield fresh
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()


def beside(target: Path, suffix: str = "new") -> Path:
    """Returns the path of the file that is written before it is renamed to `target`."""
    return target.with_name(f".{target.name}.{suffix}")


def sync_folder(folder: Path) -> None:
    """Makes creations, renames and removals in a folder durable.

    Does nothing where the file system cannot sync folders.

    Raises:
        OSError: the folder cannot be opened, or the disk fails.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FSYNC_OF_FOLDERS:
            raise
    finally:
        os.close(descriptor)


def _first_mode(mode: int | None) -> int:
    """Returns the permissions to create the file with: the owner's alone until a given `mode` is set."""
    return 0o666 if mode is None else _OWNER_ONLY


def _give_to(path: Path, descriptor: int, owner: tuple[int, int]) -> None:
    """Changes user and group of an open file; without the right to do so the owner stays, which is logged."""
    try:
        os.fchown(descriptor, *owner)
    except PermissionError:
        # Only root may; a user who can write the folder can read what is his.
        log.debug("%s now belongs to user %d", path, os.geteuid())
