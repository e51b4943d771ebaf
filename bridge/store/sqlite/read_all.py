"""Reads the whole state of a file when it is opened, as far as it is readable."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from bridge.core.journal import JournalEntry
from bridge.store.sqlite.batch import Loaded
from bridge.store.sqlite.connection import is_corrupt, primary_code
from bridge.store.sqlite.rows import JOB_COLUMNS, JOURNAL_COLUMNS, Row, entry_of, input_of, job_of

SALVAGED_ENTRIES = 5_000
_Value = TypeVar("_Value")


def load(connection: sqlite3.Connection) -> tuple[Loaded, Exception | None]:
    """Returns the file's readable content, and the first error or None.

    An error in one table leaves the others readable.
    """
    reading = _Reading(connection)
    # `*`: a file on a read-only disk may be of an older release with fewer columns, and cannot be migrated.
    inputs = dict(reading.rows("SELECT * FROM input", input_of))
    latched = frozenset(reading.rows("SELECT output FROM latched", _first))
    armed = list(reading.rows("SELECT value FROM meta WHERE key = 'armed'", _first))
    topics = frozenset(reading.rows("SELECT topic FROM ledger", _first))
    jobs = {job.id: job for job in reading.rows(f"SELECT {JOB_COLUMNS} FROM outbox", job_of)}  # noqa: S608 - a constant
    reserved = list(reading.rows("SELECT value FROM meta WHERE key = 'seq_reserved'", _first))
    first = list(reading.rows("SELECT min(seq) FROM journal", _first))
    last = list(reading.rows("SELECT max(seq) FROM journal", _first))
    unsent = frozenset(reading.rows("SELECT seq FROM journal WHERE sent = 0", _first))
    known = [*reserved, *(seq + 1 for seq in last if seq is not None)]
    loaded = Loaded(
        inputs=inputs,
        latched=latched,
        armed=bool(armed[0]) if armed else None,
        topics=topics,
        jobs=jobs,
        next_seq=max(known, default=None),
        unsent=unsent,
        rows_at_most=last[0] - first[0] + 1 if first and last and last[0] is not None else 0,
    )
    return loaded, reading.error


def unsent_entries(connection: sqlite3.Connection) -> tuple[JournalEntry, ...]:
    """Returns the newest unsent entries of a broken file, oldest first, as far as they are readable.

    They are `SALVAGED_ENTRIES` at most.
    """
    query = f"SELECT {JOURNAL_COLUMNS} FROM journal WHERE sent = 0 ORDER BY seq DESC LIMIT ?"  # noqa: S608 - a constant
    newest_first = list(_Reading(connection).rows(query, entry_of, SALVAGED_ENTRIES))
    return tuple(reversed(newest_first))


def is_unusable(error: Exception) -> bool:
    """Returns whether the error of a load means that the file is broken, or not a database of ours.

    Any other error (the disk, another program) may pass, and the file stays in its place.
    """
    if isinstance(error, sqlite3.Error):
        # Code 0: Python's module could not decode a text.
        return is_corrupt(error) or primary_code(error) in (sqlite3.SQLITE_ERROR, 0)
    return True


class _Reading:
    """Queries that survive one another's errors; `error` is the first one."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.error: Exception | None = None

    def rows(self, query: str, convert: Callable[[Row], _Value], *arguments: object) -> Iterator[_Value]:
        """Yields each row converted, up to the first one that cannot be read; that error is stored."""
        try:
            for row in self._connection.execute(query, arguments):
                yield convert(row)
        except (sqlite3.Error, ValueError, TypeError, AttributeError, OverflowError) as error:
            self.error = self.error or error


def _first(row: Row) -> Any:
    """Returns a row's only column."""
    return row[0]
