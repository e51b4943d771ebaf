"""The settings file on the disk: replaced as a whole or not at all, with its last five versions beside it.

A power cut at any instant leaves the old file or the new one. Every function blocks.
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bridge.system.atomic_file import sync_folder, written_beside

log = logging.getLogger(__name__)

VERSIONS = 5
_SECRET = 0o600
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)
"""Errors of file systems without hard links, such as vfat."""


class SettingsFile:
    """One file, by its path; if that is a symbolic link, its target is replaced and the link stays."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> bytes:
        """Returns the content. Raises OSError if the file cannot be read."""
        return self.path.read_bytes()

    def replace(self, content: bytes, *, expected: bytes, secret: bool) -> bool:
        """Replaces the content `expected`, which becomes version 1, and returns True.

        Returns False, and does nothing, if the file has other content. Owner and permissions stay; with `secret` only
        the owner may read the file.

        Raises:
            OSError: the file cannot be written; it is unchanged.
        """
        target = self.path.resolve()
        with _beside(target, content, secret=secret) as fresh:
            if target.read_bytes() != expected:
                return False
            _make_room(target)
            _keep(target, version_of(target, 1), secret=secret)
            fresh.replace(target)
        _to_disk(target.parent)
        return True

    def create(self, content: bytes, *, mode: int = 0o640) -> None:
        """Creates a file, with the owner of its folder. It appears whole, or not at all.

        Raises:
            FileExistsError: the file exists; it is unchanged.
            OSError: it cannot be written.
        """
        target = self.path
        folder = target.parent.stat()
        with written_beside(target, content, owner=(folder.st_uid, folder.st_gid), mode=mode) as fresh:
            try:
                target.hardlink_to(fresh)  # unlike a renaming, it replaces nothing
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                if os.path.lexists(target):
                    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None
                fresh.replace(target)
        _to_disk(target.parent)

    def keep(self, content: bytes, *, secret: bool) -> None:
        """Keeps a former content as version 1; does nothing if version 1 or the file itself has this content.

        Raises:
            OSError: the version cannot be written.
        """
        target = self.path.resolve()
        newest = version_of(target, 1)
        for known in (newest, target):
            with suppress(OSError):  # an unreadable file counts as different
                if known.read_bytes() == content:
                    return
        beside = (
            _beside(target, content, secret=secret)
            if target.exists()
            else written_beside(target, content, mode=_SECRET)
        )
        with beside as fresh:
            _make_room(target)
            fresh.replace(newest)
        _to_disk(target.parent)


@contextmanager
def _beside(target: Path, content: bytes, *, secret: bool, suffix: str = "new") -> Iterator[Path]:
    """Yields a synced file beside the target, with its owner and permissions; it is removed afterwards."""
    status = target.stat()
    mode = status.st_mode & (_SECRET if secret else 0o777)
    with written_beside(target, content, owner=(status.st_uid, status.st_gid), mode=mode, suffix=suffix) as fresh:
        yield fresh


def version_of(target: Path, number: int) -> Path:
    """Returns the path of a former version; 1 is the newest."""
    return target.with_name(f"{target.name}.{number}")


def _make_room(target: Path) -> None:
    """Renames each version to the next number; the oldest is lost. Raises OSError if one cannot be renamed."""
    for number in range(VERSIONS - 1, 0, -1):
        with suppress(FileNotFoundError):
            version_of(target, number).replace(version_of(target, number + 1))


def _keep(target: Path, version: Path, *, secret: bool) -> None:
    """Keeps the target's content as a version: a hard link, or a copy where there are none. Raises OSError."""
    try:
        version.hardlink_to(target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with _beside(target, target.read_bytes(), secret=secret, suffix="old") as copy:
            copy.replace(version)
    if secret:
        version.chmod(version.stat().st_mode & _SECRET)


def _to_disk(folder: Path) -> None:
    """Syncs a folder, and so a rename in it. The rename is complete already, so a failure is logged and not raised."""
    try:
        sync_folder(folder)
    except OSError as error:
        log.warning("%s: may not survive a power cut: %s", folder, error.strerror)
