"""Connections to the database, and SQLite's errors as sentences for a person."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from bridge.errors import StoreError

FILE_NAME = "alarm2mqtt.db"
BUSY_S = 1.0
"""Time to wait for a lock. Only a backup program ever makes the writer wait: readers do not, under WAL."""
PAGE_BYTES = 1024
"""Page size of a new file. A commit writes whole pages, and an alarm is a few hundred bytes in three of them.

A file keeps the size that it was made with.
"""
CHECKPOINT_BYTES = 1024 * 1024
"""Bytes in the log before a checkpoint: 1 MB keeps its pause between two commits short on a slow card."""
_CORRUPT = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_PLAIN = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the disk or the file is read-only",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk has an error",
    sqlite3.SQLITE_BUSY: "another program holds the file",
    sqlite3.SQLITE_CORRUPT: "the file is corrupt",
    sqlite3.SQLITE_NOTADB: "the file is no database",
}


def connect(path: Path) -> sqlite3.Connection:
    """Returns a connection for the one writer, which begins and ends transactions by itself.

    `synchronous = FULL` makes each commit durable; the writer makes that cheap by committing in groups.

    Raises:
        sqlite3.Error: see `is_corrupt` and `explained`.
    """
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        # A damaged page is noticed when it is read, not when it has spread.
        connection.execute("PRAGMA cell_size_check = ON")
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        page_bytes = int(connection.execute("PRAGMA page_size").fetchone()[0])
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_BYTES // page_bytes}")
        connection.execute("PRAGMA cache_size = -1024")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Returns a read-only connection, for any thread, beside the writer.

    On a read-only disk SQLite cannot create the log file that it needs; without a log the file is complete
    and is opened as immutable.

    Raises:
        sqlite3.Error: there is no such file, or it cannot be read.
    """
    address = path.absolute().as_uri() + "?mode=ro"
    try:
        return _readable(address)
    except sqlite3.OperationalError:
        if not path.is_file() or path.with_name(path.name + "-wal").exists():
            raise
        return _readable(address + "&immutable=1")


def _readable(address: str) -> sqlite3.Connection:
    """Returns a read-only connection that has read something already. Raises sqlite3.Error."""
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def primary_code(error: sqlite3.Error) -> int:
    """Returns SQLite's primary result code, or 0 if Python's module itself raised the error."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def is_corrupt(error: Exception) -> bool:
    """Returns whether an error means that the file itself is broken, so that waiting cannot help."""
    return isinstance(error, sqlite3.Error) and primary_code(error) in _CORRUPT


def explained(path: Path, error: Exception) -> str:
    """Returns an error as one line for a person, with the file and the cause."""
    if isinstance(error, sqlite3.Error):
        code = primary_code(error)
        if code == sqlite3.SQLITE_CANTOPEN and _is_read_only(path.parent):
            code = sqlite3.SQLITE_READONLY
        plain = _PLAIN.get(code)
        return f"{path}: {plain} ({error})" if plain else f"{path}: {error}"
    if isinstance(error, StoreError):
        return f"{path}: {error}"
    if isinstance(error, OSError):
        return f"{error.filename or path}: {error.strerror or error}"
    return f"{path}: {type(error).__name__}: {error}"


def _is_read_only(folder: Path) -> bool:
    """Returns whether the folder's disk is read-only, on which SQLite reports CANTOPEN for lack of a log file."""
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False
