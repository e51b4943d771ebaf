"""The tables, and the migrations of older files.

A migration is a tuple of statements; the file's `user_version` is the number of migrations applied.
A released migration is never edited: a change is a new one, appended.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from bridge.errors import StoreError

FIRST = (
    # Facts about the database itself: `seq_reserved`, `armed`.
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    # `detail` is JSON of the fields that apply only to some kinds. `offset_s` is the local time's.
    (
        "CREATE TABLE journal (seq INTEGER PRIMARY KEY, id TEXT NOT NULL, boot TEXT NOT NULL, kind TEXT NOT NULL,"
        " time_us INTEGER NOT NULL, offset_s INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0, detail TEXT NOT NULL)"
    ),
    "CREATE INDEX journal_kind ON journal (kind)",
    "CREATE INDEX journal_time ON journal (time_us)",
    "CREATE INDEX journal_unsent ON journal (seq) WHERE sent = 0",
    (
        "CREATE TABLE input (id TEXT PRIMARY KEY, alarm INTEGER NOT NULL, last_alarm TEXT,"
        " held_back INTEGER NOT NULL) WITHOUT ROWID"
    ),
    "CREATE TABLE latched (output TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE ledger (topic TEXT PRIMARY KEY) WITHOUT ROWID",
    # Pictures are files beside the database (see `outbox_pictures.py`); `pictures` is a JSON list of names.
    (
        "CREATE TABLE outbox (id TEXT PRIMARY KEY, kind TEXT NOT NULL, seq INTEGER NOT NULL,"
        " created_us INTEGER NOT NULL, due_us INTEGER NOT NULL, attempts INTEGER NOT NULL,"
        " last_error TEXT, body TEXT NOT NULL, pictures TEXT NOT NULL) WITHOUT ROWID"
    ),
)
SILENCED = (
    # A JSON list of outputs at which the input's alarm was silenced.
    "ALTER TABLE input ADD COLUMN silenced TEXT NOT NULL DEFAULT '[]'",
)
UNINDEXED = (
    # Each was a page of every commit, on flash that wears. Without them the rarest kind among 100 000 entries is
    # found in 25 ms, on a thread that nobody waits for but the one who asks.
    "DROP INDEX journal_kind",
    "DROP INDEX journal_time",
)
MIGRATIONS: tuple[tuple[str, ...], ...] = (FIRST, SILENCED, UNINDEXED)


def migrate(connection: sqlite3.Connection, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Migrates the file to the newest version, each migration all or nothing.

    Raises:
        StoreError: a newer release wrote the file; it is left as it is.
        sqlite3.Error: the file cannot be read or written.
    """
    version = user_version(connection)
    if version > len(migrations):
        message = f"written by a newer release (version {version}, known up to {len(migrations)})"
        raise StoreError(message)
    for number, statements in enumerate(migrations[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def user_version(connection: sqlite3.Connection) -> int:
    """Returns the number of migrations applied to the file; 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
