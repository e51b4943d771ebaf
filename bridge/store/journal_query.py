"""Reading the journal beside the writer: on any thread, in any process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bridge.core.journal import JournalEntry
from bridge.errors import StoreError
from bridge.store.sqlite.connection import connect_to_read, explained
from bridge.store.sqlite.rows import JOURNAL_COLUMNS, entry_of, microseconds

LATEST = 100
UNSENT = f"SELECT {JOURNAL_COLUMNS} FROM journal WHERE sent = 0 AND seq > ? ORDER BY seq LIMIT ?"  # noqa: S608 - a constant
FIRST_SINCE = "SELECT min(seq) FROM journal INDEXED BY journal_time WHERE time_us >= ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries: the newest `limit` of them, or with `after_seq` the first ones after it.

    `since` begins at the first entry stamped then or later and takes all that follow it, so that
    what happened before a clock was set is not hidden. None: no such condition.
    """

    limit: int = LATEST
    since: datetime | None = None
    kind: str | None = None
    after_seq: int | None = None

    def chosen(self, entries: Iterable[JournalEntry], *, begun: bool) -> Iterator[JournalEntry]:
        """Of entries in order, those that are wanted; `begun`: what `since` waits for is before them."""
        for entry in entries:
            begun = begun or self.since is None or entry.time >= self.since
            if (
                begun
                and (self.kind is None or entry.kind == self.kind)
                and (self.after_seq is None or entry.seq > self.after_seq)
            ):
                yield entry

    def cut(self, entries: Sequence[JournalEntry]) -> tuple[JournalEntry, ...]:
        """Of entries in order that are wanted, not more than `limit`."""
        return tuple(entries[-self.limit :] if self.after_seq is None else entries[: self.limit])


def query(wanted: Wanted, first_seq: int | None) -> tuple[str, list[object]]:
    """The statement and its arguments; `first_seq` is where `since` begins."""
    conditions: list[tuple[str, object]] = []
    if wanted.kind is not None:
        conditions.append(("kind = ?", wanted.kind))
    if first_seq is not None:
        conditions.append(("seq >= ?", first_seq))
    if wanted.after_seq is not None:
        conditions.append(("seq > ?", wanted.after_seq))
    where = f" WHERE {' AND '.join(text for text, _ in conditions)}" if conditions else ""
    order = "DESC" if wanted.after_seq is None else "ASC"
    statement = f"SELECT {JOURNAL_COLUMNS} FROM journal{where} ORDER BY seq {order} LIMIT ?"  # noqa: S608 - constants
    return statement, [*(value for _, value in conditions), wanted.limit]


def read_entries(path: Path, wanted: Wanted) -> tuple[JournalEntry, ...]:
    """The entries that are wanted, oldest first.

    Raises:
        StoreError: there is no database, or it cannot be read.
    """
    with reading(path) as connection:
        return entries_from(connection, wanted)


def read_unsent(path: Path, *, after: int, limit: int) -> tuple[JournalEntry, ...]:
    """The first entries after a number that are not marked as sent in the file, oldest first.

    Raises:
        StoreError: there is no database, or it cannot be read.
    """
    with reading(path) as connection:
        return tuple(entry_of(row) for row in connection.execute(UNSENT, (after, limit)))


def entries_from(connection: sqlite3.Connection, wanted: Wanted) -> tuple[JournalEntry, ...]:
    """As `read_entries`, on a connection that is open."""
    first_seq = None
    if wanted.since is not None:
        first_seq = connection.execute(FIRST_SINCE, (microseconds(wanted.since),)).fetchone()[0]
        if first_seq is None:
            return ()
    statement, arguments = query(wanted, first_seq)
    found = [entry_of(row) for row in connection.execute(statement, arguments)]
    return tuple(reversed(found) if wanted.after_seq is None else found)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of one's own for a moment; what goes wrong on it is a `StoreError`."""
    try:
        connection = connect_to_read(path)
        try:
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreError(explained(path, error)) from error
