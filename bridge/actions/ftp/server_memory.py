"""Facts about the FTP server that earlier uploads have found out, for as long as the program runs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from bridge.actions.ftp.path import PART
from bridge.core.definitions.settings import FtpSettings
from bridge.text.file_name import LONGEST_BYTES, safe_name

_MOST_PATHS = 1000

_Server = tuple[str, int, str, str | None]


class FtpServerMemory:
    """Habits of one server and paths of recent uploads; settings that name another server begin anew.

    `pasv_first`: EPSV was refused or led nowhere, and PASV worked. `can_rename`: False once a rename was
    refused for ever and a file under its final name was accepted.
    """

    def __init__(self) -> None:
        self.pasv_first = False
        self.can_rename = True
        self._server: _Server | None = None
        self._used: dict[str, tuple[str, str]] = {}
        """Owner and template's path of each path in use, the oldest first."""

    def use(self, settings: FtpSettings) -> None:
        """Forgets everything if `settings` are of another server or user."""
        server = (settings.host, settings.port, settings.security, settings.username)
        if self._server not in {None, server}:
            self.pasv_first, self.can_rename = False, True
            self._used.clear()
        self._server = server

    def reserve(self, path: str, *, owner: str) -> str:
        """Returns `path`, or a variant such as `a-2.jpg` if another upload has used it lately.

        The same `owner` gets the same result for a `path` each time: its retry replaces its own file.
        """
        for used, by in self._used.items():
            if by == (owner, path):
                return used
        free = next(each for each in variants(path) if each not in self._used)
        self._used[free] = (owner, path)
        if len(self._used) > _MOST_PATHS:
            del self._used[next(iter(self._used))]
        return free


def variants(path: str) -> Iterator[str]:
    """Yields `path` and then, without an end, other names in the same folder: `a-2.jpg`, `a-3.jpg` and so on."""
    yield path
    folder, slash, name = path.rpartition("/")
    stem, dot, extension = name.rpartition(".")
    if not stem:
        stem, dot, extension = name, "", ""
    for number in count(2):
        end = f"-{number}{dot}{extension}"
        room = LONGEST_BYTES - len(PART) - len(end.encode())
        yield folder + slash + (stem if len(stem.encode()) <= room else safe_name(stem, longest_bytes=room)) + end
