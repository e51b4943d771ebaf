"""One open file, for writing; used only on the writer's thread."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from bridge.errors import StoreError
from bridge.store.sqlite.batch import Batch
from bridge.store.sqlite.retention import KEPT_ENTRIES, expired
from bridge.store.sqlite.rows import INPUT_COLUMNS, JOB_COLUMNS, JOURNAL_COLUMNS, entry_row, input_row, job_row
from bridge.store.sqlite.sequence import reservation, runs

# A commit may be on the disk although it raised an error: writing an entry again is harmless.
_INSERT_ENTRY = (
    f"INSERT INTO journal ({JOURNAL_COLUMNS}, sent) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (seq) DO NOTHING"  # noqa: S608 - a constant
)
_MARK = "UPDATE journal SET sent = 1 WHERE seq BETWEEN ? AND ? AND sent = 0"
_UPSERT_INPUT = f"INSERT OR REPLACE INTO input ({INPUT_COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608 - a constant
_UPSERT_JOB = f"INSERT OR REPLACE INTO outbox ({JOB_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - a constant


class Database:
    """The file, its connection, and a number that its journal entries do not exceed.

    They are counted once that number is above the limit.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, rows_at_most: int) -> None:
        self._path = path
        self._connection = connection
        self._rows = rows_at_most
        self._is_counted = False
        self._reserved = 0
        self._identity = _identity(path)

    def reserve(self, next_seq: int) -> None:
        """Reserves the numbers from `next_seq` on, durably, before any of them is used.

        Raises:
            sqlite3.Error: the file cannot be written.
        """
        with self._transaction():
            reserved = self._reserve(next_seq)
        self._reserved = reserved

    def write(
        self, batch: Batch, *, next_seq: int, expire_at: datetime | None, everything: bool = False
    ) -> tuple[int, ...]:
        """Writes a batch, all or nothing; it is durable when this returns.

        `next_seq` is above every number handed out so far. `expire_at` is the time against which entries expire by age;
        None checks only their number. With `everything` the batch's states replace all those of the file. Returns the
        numbers of the expired entries, `STEP` at most, perhaps none.

        Raises:
            sqlite3.Error: nothing is written, or all of it is and the error came after the commit.
            StoreError: the file is no longer at its path.
        """
        self._check_place()
        reserved = self._reserved
        with self._transaction() as do:
            if everything:
                for table in ("input", "latched", "ledger", "outbox"):
                    do.execute(f"DELETE FROM {table}")  # noqa: S608 - from the line above
            added = self._write_entries(batch)
            self._write_states(batch)
            if reservation(next_seq, reserved) is not None:
                reserved = self._reserve(next_seq)
            rows, is_counted = self._counted(self._rows + added)
            gone = self._expire(rows, expire_at)
        self._reserved = reserved
        self._rows, self._is_counted = rows - len(gone), is_counted
        return tuple(gone)

    def is_whole(self) -> bool:
        """Returns whether every page is intact; takes as long as reading the whole file.

        Raises:
            sqlite3.Error: the file cannot be read to its end.
        """
        return bool(self._connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")

    def close(self, next_seq: int | None) -> None:
        """Closes the file. With `next_seq`, the numbers reserved beyond it are released first.

        Raises:
            sqlite3.Error: the release could not be written; the file is closed all the same.
        """
        try:
            if next_seq is not None:
                with self._transaction():
                    self._set_reserved(next_seq)
        finally:
            self._connection.close()

    @property
    def connection(self) -> sqlite3.Connection:
        """The open connection, for salvaging the content of a broken file."""
        return self._connection

    def _check_place(self) -> None:
        """Raises StoreError if the file was removed or replaced: writes to it would succeed, and be lost at the end."""
        if _identity(self._path) != self._identity:
            message = "the file was removed or replaced while it was in use"
            raise StoreError(message)

    def _write_entries(self, batch: Batch) -> int:
        """Inserts the batch's entries and sent marks. Returns the number of entries that are new to the file."""
        rows = [(*entry_row(entry), int(entry.seq in batch.sent)) for entry in batch.entries]
        added = self._connection.executemany(_INSERT_ENTRY, rows).rowcount if rows else 0
        if batch.sent:
            self._connection.executemany(_MARK, runs(batch.sent))
        return added

    def _write_states(self, batch: Batch) -> None:
        """Writes the batch's states, ledger and jobs; those that are None or False are deleted."""
        many = self._many
        many("DELETE FROM input WHERE id = ?", [(key,) for key, state in batch.inputs.items() if state is None])
        inputs = [input_row(key, state) for key, state in batch.inputs.items() if state is not None]
        many(_UPSERT_INPUT, inputs)
        many("DELETE FROM latched WHERE output = ?", [(key,) for key, on in batch.latched.items() if not on])
        many("INSERT OR IGNORE INTO latched (output) VALUES (?)", [(key,) for key, on in batch.latched.items() if on])
        if batch.armed is not None:
            self._set_meta("armed", int(batch.armed))
        many("DELETE FROM ledger WHERE topic = ?", [(key,) for key, kept in batch.topics.items() if not kept])
        many("INSERT OR IGNORE INTO ledger (topic) VALUES (?)", [(key,) for key, kept in batch.topics.items() if kept])
        many("DELETE FROM outbox WHERE id = ?", [(key,) for key, job in batch.jobs.items() if job is None])
        many(_UPSERT_JOB, [job_row(job) for job in batch.jobs.values() if job is not None])

    def _many(self, statement: str, rows: Sequence[Sequence[object]]) -> None:
        """Runs the statement for each row.

        Does nothing for no rows, since an empty statement costs as much as a row.
        """
        if rows:
            self._connection.executemany(statement, rows)

    def _counted(self, at_most: int) -> tuple[int, bool]:
        """Returns the number of entries, counted if `at_most` might be too many, and whether it is exact."""
        if at_most <= KEPT_ENTRIES or self._is_counted:
            return at_most, self._is_counted
        return int(self._connection.execute("SELECT count(*) FROM journal").fetchone()[0]), True

    def _expire(self, rows: int, expire_at: datetime | None) -> list[int]:
        """Deletes old entries by age and number. Returns their numbers."""
        if rows <= KEPT_ENTRIES and expire_at is None:
            return []
        gone = expired(self._connection, entries=rows, now=expire_at)
        if gone:
            self._connection.execute("DELETE FROM journal WHERE seq <= ?", (gone[-1],))
        return gone

    def _reserve(self, next_seq: int) -> int:
        """Writes the reservation for the numbers from `next_seq` on. Returns it."""
        reserved = reservation(next_seq, 0) or next_seq
        self._set_reserved(reserved)
        return reserved

    def _set_reserved(self, reserved: int) -> None:
        self._set_meta("seq_reserved", reserved)

    def _set_meta(self, key: str, value: int) -> None:
        self._connection.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Yields the connection inside a transaction.

        Commits it after the block, or rolls it back after an exception.
        """
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise


def _identity(path: Path) -> tuple[int, int] | None:
    """Returns device and inode of the file at a path, or None if there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - with each commit, and in half the time
    except OSError:
        return None
    return (found.st_dev, found.st_ino)
