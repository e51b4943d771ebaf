"""`alarm2mqtt log --follow`: polls the database of another process for new entries.

SQLite does not notify readers. `PRAGMA data_version` costs microseconds and reads no table.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from bridge.core.journal import JournalEntry
from bridge.errors import StoreError
from bridge.store.journal_query import EntryFilter, entries_from
from bridge.store.sqlite.connection import connect_to_read, explained

POLL_S = 0.25
PAGE = 500


class Follower:
    """Polls one database. It survives a file that does not exist yet, or that is replaced after a corruption."""

    def __init__(self, path: Path, *, after_seq: int, kind: str | None = None) -> None:
        self._path = path
        self._after_seq = after_seq
        self._kind = kind
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._version: int | None = None

    def poll(self) -> tuple[JournalEntry, ...]:
        """Returns the entries since the last call, oldest first; an empty tuple if there are none.

        Called every `POLL_S`.

        Raises:
            StoreError: the database cannot be read now; the caller may call again.
        """
        found: list[JournalEntry] = []
        try:
            connection = self._current()
            version = connection.execute("PRAGMA data_version").fetchone()[0]
            if version == self._version:
                return ()
            while page := entries_from(connection, EntryFilter(limit=PAGE, after_seq=self._after_seq, kind=self._kind)):
                found += page
                self._after_seq = page[-1].seq
        except (sqlite3.Error, OSError) as error:
            self.close()
            raise StoreError(explained(self._path, error)) from error
        self._version = version
        return tuple(found)

    def close(self) -> None:
        """Closes the connection. The next `poll` opens a new one."""
        connection, self._connection = self._connection, None
        self._version = None
        if connection is not None:
            connection.close()

    def _current(self) -> sqlite3.Connection:
        """Returns a connection to the file that has the path now. Raises OSError or sqlite3.Error."""
        found = self._path.stat()
        identity = (found.st_dev, found.st_ino)
        if self._connection is not None and identity != self._identity:
            self.close()
        if self._connection is None:
            self._connection = connect_to_read(self._path)
            self._identity = identity
        return self._connection
