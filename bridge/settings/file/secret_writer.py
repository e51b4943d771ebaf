"""Secrets that an edit brings, each in a file of its own beside the settings file.

A file is new for each secret, so the settings name the old one until they are replaced as a whole, and a former
version of them finds its own. A file that neither the settings nor a former version name is removed after the next
edit, the one that a kill left behind included. Everything here blocks.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from bridge.errors import Fault, SettingsError
from bridge.settings.file.versioned_file import VERSIONS, SettingsFile, version_of
from bridge.settings.location import Loc, path_of

FOLDER = "secrets"
_FOLDER_MODE = 0o700
_FILE_MODE = 0o600
_OURS = re.compile(r"[a-z0-9-]+\.[0-9a-f]{16}")
"""Names of files of this module: too many digits for the date of a person's own file, which is never removed."""


class Written:
    """The files of an edit's secrets, by their locations; they stay once `keep` is called."""

    def __init__(self, files: Mapping[Loc, Path]) -> None:
        self.files = files
        self.is_kept = False

    def keep(self) -> None:
        """Keeps the files, since the settings name them now."""
        self.is_kept = True


@contextmanager
def written_secrets(settings_file: Path, given: Mapping[Loc, str], stems: Mapping[Loc, str]) -> Iterator[Written]:
    """Writes each secret into a file that only its owner may read; those that are not kept are removed at the end.

    `stems` are the begins of their names.

    Raises:
        SettingsError: a file cannot be written; none is left.
    """
    target = settings_file.resolve()
    files: dict[Loc, Path] = {}
    written = Written(files)
    try:
        for loc, text in given.items():
            try:
                files[loc] = _written(target, stems[loc], text)
            except OSError as error:
                message = f"cannot be kept in {target.parent / FOLDER}: {error.strerror}; nothing was changed"
                raise SettingsError([Fault(path=path_of(loc), message=message)]) from None
        yield written
    finally:
        if not written.is_kept:
            for file in files.values():
                with suppress(OSError):
                    file.unlink()


def remove_unused(settings_file: Path) -> None:
    """Removes the secrets that neither the settings file nor a former version names; what cannot be removed stays."""
    target = settings_file.resolve()
    folder = target.parent / FOLDER
    with suppress(OSError):
        ours = [file for file in folder.iterdir() if _OURS.fullmatch(file.name)]
        # An editor may have the settings file out of the way for a moment: then nothing is known to be unused.
        named = target.read_bytes()
        for file in (version_of(target, number) for number in range(1, VERSIONS + 1)):
            with suppress(FileNotFoundError):
                named += file.read_bytes()
        for file in ours:
            if file.name.encode() not in named:
                file.unlink()


def _written(target: Path, stem: str, text: str) -> Path:
    """Writes one secret into a new file. Returns its path. Raises OSError."""
    folder = target.parent / FOLDER
    if not folder.is_dir():
        folder.mkdir(mode=_FOLDER_MODE)
        owner = target.stat()
        if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
            with suppress(PermissionError):  # only root may; who wrote the folder can read what is his
                os.chown(folder, owner.st_uid, owner.st_gid)
    file = folder / f"{stem}.{secrets.token_hex(8)}"
    SettingsFile(file).create(f"{text}\n".encode(), mode=_FILE_MODE)
    return file
