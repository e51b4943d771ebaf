"""The first file and its passwords onto the disk: all of it or none of it."""

from __future__ import annotations

import os
import pwd
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bridge.errors import SettingsError, StartFailed
from bridge.settings.file.versioned_file import SettingsFile
from bridge.settings.sources.secret_files import plain_secrets
from bridge.settings.yaml.parse import parse

SERVICE_USER = "alarm2mqtt"
_FOLDER_MODE = 0o750
_SECRET_MODE = 0o600


def free_name(folder: Path, stem: str) -> Path:
    """A file of the folder that is not there yet: a password that another file uses is never replaced."""
    number, path = 1, folder / stem
    while os.path.lexists(path):
        number += 1
        path = folder / f"{stem}-{number}"
    return path


def make_folder(folder: Path) -> None:
    """The file's folder, if it is not there; where root makes it for the service, it is the service's.

    Raises:
        StartFailed: it cannot be made.
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
    """Passwords first, for nobody looks for them before the settings name them; what fails takes them along.

    With `over`, the file that is there and holds that becomes the version before; else there must be none.

    Raises:
        StartFailed: it cannot be written, or somebody else wrote it meanwhile; all is what it was.
    """
    made: list[Path] = []
    file, at = SettingsFile(path), path
    # A Ctrl-C in here waits: between two of these steps it would leave a part.
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
    """Whether the version before is its owner's alone; what cannot be read may hold anything."""
    try:
        document, _ = parse(content.decode("utf-8-sig"), path)
    except (SettingsError, UnicodeDecodeError):
        return True
    return not isinstance(document, Mapping) or any(plain_secrets(document))
