"""Writes the first settings file and its password files: all of them or none."""

from __future__ import annotations

import os
import pwd
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bridge.cli.overview.situation import nearest
from bridge.errors import SettingsError, StartFailed
from bridge.settings.file.versioned_file import SettingsFile
from bridge.settings.sources.secret_files import plain_secrets
from bridge.settings.yaml.parse import parse

SERVICE_USER = "alarm2mqtt"
_FOLDER_MODE = 0o750
_SECRET_MODE = 0o600


def free_name(folder: Path, stem: str) -> Path:
    """Returns a path in the folder that does not exist yet: `stem`, else with a number, so no password is replaced."""
    number, path = 1, folder / stem
    while os.path.lexists(path):
        number += 1
        path = folder / f"{stem}-{number}"
    return path


def existing(path: Path, *, force: bool) -> bytes | None:
    """Returns the content of the existing file, which becomes the previous version; None if there is no file.

    Raises:
        StartFailed: there is a file and `force` is not set, or the folder or file cannot be used.
    """
    there = os.path.lexists(path)
    if there and not force:
        message = f"{path} is there already, and stays as it is; --force writes another and keeps it as {path.name}.1"
        raise StartFailed(message)
    folder = nearest(path.parent)
    if not os.access(folder, os.W_OK):  # reported before the questions, not after them
        message = f"{folder} may not be written to by this user; as root it may, or name another FILE"
        raise StartFailed(message)
    if not there:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read, to be kept: {error.strerror}"
        raise StartFailed(message) from error


def make_folder(folder: Path) -> None:
    """Creates the file's folder if it does not exist.

    A folder that root creates for the service belongs to the service.

    Raises:
        StartFailed: the folder cannot be created.
    """
    if folder.is_dir():
        return
    try:
        folder.mkdir(parents=True, mode=_FOLDER_MODE)
        if os.geteuid() == 0 and folder.name == SERVICE_USER:
            with suppress(KeyError):
                user = pwd.getpwnam(SERVICE_USER)
                os.chown(folder, user.pw_uid, user.pw_gid)
    except OSError as error:
        message = f"{folder} cannot be made: {error.strerror}"
        raise StartFailed(message) from error


def write(path: Path, content: bytes, secrets: Mapping[Path, str], *, over: bytes | None) -> None:
    """Writes the passwords, then the settings that name them. A failure removes the passwords again.

    `over` is the existing content, which becomes the previous version; None requires that there is no file. `secrets`
    are passwords by their files.

    Raises:
        StartFailed: a file cannot be written, or the settings file was changed meanwhile; nothing has changed.
    """
    made: list[Path] = []
    file, at = SettingsFile(path), path
    # Ctrl-C waits until the end: between two of these steps it would leave some of the files.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        for at, text in secrets.items():
            SettingsFile(at).create(f"{text}\n".encode(), mode=_SECRET_MODE)
            made.append(at)
        at = path
        if over is None:
            file.create(content)
        elif not file.replace(content, expected=over, secret=_holds_secret(over, path)):
            message = f"{path} was changed by somebody else meanwhile"
            raise StartFailed(message)
        made.clear()
    except OSError as error:
        message = f"{at} cannot be written: {error.strerror}"
        raise StartFailed(message) from error
    finally:
        for secret in made:
            secret.unlink(missing_ok=True)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _holds_secret(content: bytes, path: Path) -> bool:
    """Returns whether content has a plain secret, so that only the owner may read it; True if it cannot be parsed."""
    try:
        document, _ = parse(content.decode("utf-8-sig"), path)
    except (SettingsError, UnicodeDecodeError):
        return True
    return not isinstance(document, Mapping) or any(plain_secrets(document))
