"""Queries of the journal, beside the writer: on any thread, in any process."""

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
FIRST_SINCE = "SELECT seq FROM journal WHERE time_us >= ? ORDER BY seq LIMIT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """A query: the newest `limit` entries, or with `after_seq` the first `limit` after it. None: no such condition.

    `since` begins at the first entry stamped then or later and includes all that follow it, so that
    entries stamped before a clock was set are not hidden.
    """

    limit: int = LATEST
    since: datetime | None = None
    kind: str | None = None
    kinds: frozenset[str] | None = None
    after_seq: int | None = None

    def matching(self, entries: Iterable[JournalEntry], *, begun: bool) -> Iterator[JournalEntry]:
        """Yields the entries that match, in the order of `entries`, which are oldest first.

        `begun`: an entry before them has met `since`.
        """
        for entry in entries:
            begun = begun or self.since is None or entry.time >= self.since
            if (
                begun
                and (self.kind is None or entry.kind == self.kind)
                and (self.kinds is None or entry.kind in self.kinds)
                and (self.after_seq is None or entry.seq > self.after_seq)
            ):
                yield entry

    def limited(self, entries: Sequence[JournalEntry]) -> tuple[JournalEntry, ...]:
        """Returns at most `limit` of these matching entries, which are oldest first.

        The newest remain, or with `after_seq` the first.
        """
        return tuple(entries[-self.limit :] if self.after_seq is None else entries[: self.limit])


def sql_of(chosen: EntryFilter, first_seq: int | None) -> tuple[str, list[object]]:
    """Returns the SQL statement and its arguments.

    `first_seq` is the first entry of `since`, None without that condition.
    """
    conditions: list[tuple[str, object]] = []
    if chosen.kind is not None:
        conditions.append(("kind = ?", chosen.kind))
    kinds = sorted(chosen.kinds or ())
    if chosen.kinds is not None:
        conditions.append((f"kind IN ({', '.join('?' * len(kinds))})", kinds))
    if first_seq is not None:
        conditions.append(("seq >= ?", first_seq))
    if chosen.after_seq is not None:
        conditions.append(("seq > ?", chosen.after_seq))
    where = f" WHERE {' AND '.join(text for text, _ in conditions)}" if conditions else ""
    order = "DESC" if chosen.after_seq is None else "ASC"
    statement = f"SELECT {JOURNAL_COLUMNS} FROM journal{where} ORDER BY seq {order} LIMIT ?"  # noqa: S608 - constants
    arguments: list[object] = []
    for _, value in conditions:
        arguments += value if isinstance(value, list) else [value]
    return statement, [*arguments, chosen.limit]


def read_entries(path: Path, chosen: EntryFilter) -> tuple[JournalEntry, ...]:
    """Returns the matching entries, oldest first.

    Raises:
        StoreError: there is no database, or it cannot be read.
    """
    with reading(path) as connection:
        return entries_from(connection, chosen)


def read_unsent(path: Path, *, after: int, limit: int) -> tuple[JournalEntry, ...]:
    """Returns the first `limit` entries after `after` that are not marked as sent in the file, oldest first.

    Raises:
        StoreError: there is no database, or it cannot be read.
    """
    with reading(path) as connection:
        return tuple(entry_of(row) for row in connection.execute(UNSENT, (after, limit)))


def entries_from(connection: sqlite3.Connection, chosen: EntryFilter) -> tuple[JournalEntry, ...]:
    """Returns the matching entries, oldest first, read on an open connection. Raises sqlite3.Error."""
    first_seq = None
    if chosen.since is not None:
        first = connection.execute(FIRST_SINCE, (microseconds(chosen.since),)).fetchone()
        if first is None:
            return ()
        first_seq = first[0]
    statement, arguments = sql_of(chosen, first_seq)
    found = [entry_of(row) for row in connection.execute(statement, arguments)]
    return tuple(reversed(found) if chosen.after_seq is None else found)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Yields a connection that reads, and closes it after the `with` block.

    Raises:
        StoreError: there is no database, or an SQLite error occurred within the block.
    """
    try:
        connection = connect_to_read(path)
        try:
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise StoreError(explained(path, error)) from error
