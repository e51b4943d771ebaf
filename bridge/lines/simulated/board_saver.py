"""Keeps the simulated board's file in step with the board, also while its disk fails."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bridge.core.contact import Contact
from bridge.lines.simulated.board_file import BoardFile, BoardMemory

_log = logging.getLogger(__name__)


class BoardSaver:
    """Writes changes of the state `memory()` to `file`. A disk fault is logged once until it is over."""

    def __init__(self, *, file: BoardFile, memory: Callable[[], BoardMemory]) -> None:
        self._file = file
        self._memory = memory
        self._failing = False

    def contact_changed(self, kind: str, terminal: str, contact: Contact) -> None:
        """Writes one contact that changed.

        The whole state if the file has no place for it, or a write failed before.
        """
        if self._failing or not self._attempt(lambda: self._file.flip(kind, terminal, contact)):
            self.changed()

    def changed(self) -> None:
        """Writes the whole state; called when terminals or failed lines changed."""
        self._attempt(lambda: self._file.replace(self._memory()))

    def close(self) -> None:
        """Writes the state through to the disk, and closes the file."""
        self.changed()
        self._attempt(self._file.sync)
        self._file.close()

    def _attempt(self, write: Callable[[], bool | None]) -> bool | None:
        """Returns the result of `write`, or None after an `OSError`, which is logged once."""
        try:
            done = write()
        except OSError as error:
            if not self._failing:
                _log.warning("the simulated board cannot keep its contacts: %s", error)
            self._failing = True
            return None
        self._failing = False
        return done
