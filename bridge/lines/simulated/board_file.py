"""The simulated board's state while no daemon runs: `board.json`, always whole, never behind.

The form is that of the board's `contacts`, with the lines that have failed:
`{"inputs": {id: contact}, "outputs": {id: contact}, "failed": [id]}`.

The file is replaced as a whole when terminals come or fail. A contact that only flips is written
in place: the words are laid out so that `   "connected"` and `"disconnected"` differ in four bytes
at a multiple of four. That takes a microsecond, so it is done at each edge of a pulse, and after a
kill -9 at any instant the file holds the contacts as they were left. It is whole after a power cut
too, but may then be some seconds old; `safe` and an orderly end write through to the disk.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bridge.core.contact import Contact
from bridge.errors import BoardError
from bridge.system.atomic_file import sync_folder, written_beside

_PREFIX = {Contact.CONNECTED: b'   "', Contact.DISCONNECTED: b'"dis'}
_REST = b'connected"'
_WORD = 4
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardMemory:
    """Contacts of inputs and outputs, and terminals whose lines have failed."""

    inputs: Mapping[str, Contact] = field(default_factory=dict)
    outputs: Mapping[str, Contact] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()


def recall(path: Path) -> BoardMemory:
    """Returns the state in the file; an empty one if there is no file.

    A file that cannot be parsed is kept aside as `board.json.corrupt`, and the board starts afresh: it is a test
    device, and must not keep the alarm from starting.

    Raises:
        BoardError: the file cannot be read, or a corrupt one cannot be renamed.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return BoardMemory()
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise BoardError(message) from error
    try:
        return _understood(json.loads(text))
    except (ValueError, TypeError, AttributeError) as error:
        aside = path.with_name(f"{path.name}.corrupt")
        _log.warning("%s is no board's memory (%s); kept as %s, starting afresh", path, error, aside.name)
        try:
            path.replace(aside)
        except OSError as refused:
            message = f"{path} is corrupt and cannot be put aside: {refused.strerror}"
            raise BoardError(message) from refused
        return BoardMemory()


class BoardFile:
    """The file of a board of which the caller has the lock.

    A disk that is full or read-only must not stop the alarm: the caller logs `OSError` and goes on.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None
        self._places: dict[tuple[str, str], int] = {}

    def replace(self, memory: BoardMemory) -> None:
        """Replaces the file as a whole; a reader sees the old one or the new one.

        Raises:
            OSError: it cannot be written; the old file is still there.
        """
        text, places = _laid_out(memory)
        with written_beside(self._path, text, durable=False) as fresh:
            fd = os.open(fresh, os.O_RDWR | os.O_CLOEXEC)
            try:
                fresh.replace(self._path)
            except OSError:
                os.close(fd)
                raise
        self.close()
        self._fd, self._places = fd, places

    def flip(self, kind: str, terminal: str, contact: Contact) -> bool:
        """Writes one contact in place; `kind` is `inputs` or `outputs`. Returns whether the file had a place for it.

        Without a place nothing is written, and the caller calls `replace`.

        Raises:
            OSError: the disk fails.
        """
        place = self._places.get((kind, terminal))
        if self._fd is None or place is None:
            return False
        return os.pwrite(self._fd, _PREFIX[contact], place) == _WORD

    def sync(self) -> None:
        """Writes content and name through to the disk; does nothing before the first `replace`.

        Raises:
            OSError: the disk has failed.
        """
        if self._fd is None:
            return
        os.fsync(self._fd)
        sync_folder(self._path.parent)

    def close(self) -> None:
        """Closes the file, if it is open; its content stays."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _laid_out(memory: BoardMemory) -> tuple[bytes, dict[tuple[str, str], int]]:
    """Returns the file's text, and the offset at which each contact begins."""
    text = bytearray(b"{")
    places = {}
    for kind, contacts in (("inputs", memory.inputs), ("outputs", memory.outputs)):
        text += b'\n "%s": {' % kind.encode()
        for index, (terminal, contact) in enumerate(sorted(contacts.items())):
            text += b"%s\n  %s: " % (b"," if index else b"", json.dumps(terminal).encode())
            text += b" " * (-len(text) % _WORD)
            places[kind, terminal] = len(text)
            text += _PREFIX[contact] + _REST
        text += b"\n },"
    text += b'\n "failed": %s\n}\n' % json.dumps(sorted(memory.failed)).encode()
    return bytes(text), places


def _understood(written: object) -> BoardMemory:
    """Returns the state that the parsed file means. Raises TypeError, ValueError or AttributeError for another form."""
    if not isinstance(written, dict):
        message = "not an object"
        raise TypeError(message)
    return BoardMemory(
        inputs={terminal: _real(contact) for terminal, contact in written.get("inputs", {}).items()},
        outputs={terminal: _real(contact) for terminal, contact in written.get("outputs", {}).items()},
        failed=frozenset(map(str, written.get("failed", ()))),
    )


def _real(contact: object) -> Contact:
    """Returns a contact of the file.

    Raises ValueError for `unknown` and other words: a real contact is one or the other.
    """
    if contact == Contact.UNKNOWN:
        message = "a contact is connected or disconnected"
        raise ValueError(message)
    return Contact(str(contact))
