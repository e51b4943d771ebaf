"""Signs of everything that settings come from: a kept copy is valid for one sign, and for no other.

Content, environment and options are covered by a digest with the copy's own salt. Files of secrets are not: a
digest of a password could be guessed from, so each has the sign of its inode instead, and the secret itself is
read again in any case.

Nothing here is imported from the definitions: a start that has no copy begins the checker first of all.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import bridge
from bridge.settings.sources.names import OPTIONS_FILE, PREFIX, SECRETS_DIR, SECRETS_FOLDER, TOKEN

_PROGRAM = ("core", "settings")
"""Rooms whose code decides what settings a file means."""
_MOST_BYTES = 1_000_001
"""So many are refused by whoever checks them."""


@cache
def program(top: Path = Path(bridge.__file__).parent) -> str:
    """Returns the sign of this program: its version, Python's, and its code as it was at the first call."""
    code = hashlib.blake2b(digest_size=16)
    for room in _PROGRAM:
        for name, size, changed in _sources(top / room):
            code.update(f"{name} {size} {changed}\n".encode())
    return f"{bridge.__version__} {sys.version} {code.hexdigest()}"


def _sources(folder: Path) -> Iterator[tuple[str, int, int]]:
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:  # a program within an archive
        return
    for entry in found:
        if entry.name.endswith(".py"):
            status = entry.stat()
            yield entry.path, status.st_size, status.st_mtime_ns
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(Path(entry.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The settings file's content, and what lies around it; `repr` has no secret."""

    path: Path
    content: bytes = field(repr=False)
    overrides: Mapping[str, Any]
    environ: Mapping[str, str] = field(repr=False)
    options: Path = OPTIONS_FILE
    version: str = field(default_factory=program)
    host: str = field(default_factory=lambda: os.uname().nodename)

    @property
    def variables(self) -> dict[str, str]:
        """The variables that may be settings."""
        return {name: text for name, text in self.environ.items() if name.upper().startswith(PREFIX)}

    @property
    def options_text(self) -> str:
        """The text of the add-on's options; empty outside an add-on, and where they cannot be read."""
        if not self.environ.get(TOKEN):
            return ""
        try:
            return self.options.read_text(encoding="utf-8")
        except (OSError, ValueError):
            return ""

    def sign(self, salt: bytes) -> str:
        """Returns the digest of the program, the machine's name, the file, the variables and the options."""
        machine = [self.version, self.host, str(self.path.absolute()), bool(self.environ.get(TOKEN))]
        given = [self.overrides, sorted(self.variables.items()), self.options_text]
        text = json.dumps([*machine, *given], default=str)
        return hashlib.blake2b(text.encode() + b"\0" + self.content, key=salt).hexdigest()

    def secrets_folder(self) -> list[Any]:
        """Returns the secrets folder's path, and the name and sign of each file in it; None without a folder."""
        folder = Path(self.environ.get(SECRETS_DIR) or SECRETS_FOLDER)
        try:
            names = sorted(entry.name for entry in os.scandir(folder))
        except (OSError, ValueError):
            return [str(folder), None]
        return [str(folder), [[name, sign_of(folder / name)] for name in names]]


def content_of(path: Path) -> bytes | None:
    """Returns a settings file's content; None if it cannot be read, or is too large to be settings."""
    with suppress(OSError, ValueError), path.open("rb") as file:
        content = file.read(_MOST_BYTES)
        return content if len(content) < _MOST_BYTES else None
    return None


def sign_of(file: Path) -> list[int] | None:
    """Returns a value that differs once a file was written, replaced or given to somebody; None without the file."""
    try:
        status = file.stat()
    except (OSError, ValueError):
        return None
    return [status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_mode, status.st_uid]
