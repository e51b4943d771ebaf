"""From a path to a database that can be written, whatever is found there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bridge.errors import StoreError
from bridge.store.sqlite.batch import Loaded
from bridge.store.sqlite.connection import connect, connect_to_read, explained, is_corrupt
from bridge.store.sqlite.database import Database
from bridge.store.sqlite.quarantine import has_aside, put_aside
from bridge.store.sqlite.read_all import is_beyond_use, load, unsent_entries
from bridge.store.sqlite.schema import migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What came of it. Without a database, `problem` says why; with one, it says what was lost.

    `next_seq` is reserved durably when there is a database.
    """

    database: Database | None
    loaded: Loaded
    next_seq: int
    problem: str | None


def open_database(path: Path, *, at_least: int, fallback: Callable[[], int]) -> Opened:
    """Open, migrate, read and reserve; a broken file is put aside and a new one begun.

    Numbers start at `at_least` or above; `fallback` gives a first one when the file cannot say.
    The folder is made, the one above it is not: a disk that is not mounted is not written to.
    """
    try:
        path.parent.mkdir(mode=0o750, exist_ok=True)
        return _open(path, at_least=at_least, fallback=fallback)
    except (sqlite3.Error, StoreError, OSError) as error:
        if is_corrupt(error):
            return begin_anew(path, error, Loaded(), at_least=at_least, fallback=fallback)
        return _unusable(path, error, _only_read(path), at_least=at_least, fallback=fallback)


def begin_anew(path: Path, cause: Exception, salvaged: Loaded, *, at_least: int, fallback: Callable[[], int]) -> Opened:
    """Put a broken file aside and begin a new one; `salvaged` is what could be read of the old."""
    try:
        aside = put_aside(path)
        opened = _open(path, at_least=max(at_least, salvaged.next_seq or 0, fallback()), fallback=fallback)
    except (sqlite3.Error, StoreError, OSError) as error:
        return _unusable(path, error, salvaged, at_least=at_least, fallback=fallback)
    problem = f"{explained(path, cause)}; put aside as {aside.name}, a new one was begun"
    return replace(opened, loaded=salvaged, problem=problem)


def salvage(connection: sqlite3.Connection) -> Loaded:
    """What can be read of a broken file, the unsent entries themselves among it."""
    loaded, _ = load(connection)
    entries = unsent_entries(connection)
    return replace(loaded, salvaged=entries, unsent=frozenset(entry.seq for entry in entries), rows=0)


def _open(path: Path, *, at_least: int, fallback: Callable[[], int]) -> Opened:
    # A file that lost its numbers, or one beside a file that was put aside, does not begin at 1.
    may_repeat = path.exists() or has_aside(path)
    connection = connect(path)
    try:
        migrate(connection)
        loaded, broken = _loaded(connection)
        if broken is not None:
            salvaged = salvage(connection)
            connection.close()
            return begin_anew(path, broken, salvaged, at_least=at_least, fallback=fallback)
        next_seq = max(at_least, loaded.next_seq or (fallback() if may_repeat else 1))
        database = Database(path, connection, rows=loaded.rows)
        database.reserve(next_seq)
    except BaseException:
        connection.close()
        raise
    return Opened(database=database, loaded=loaded, next_seq=next_seq, problem=None)


def _loaded(connection: sqlite3.Connection) -> tuple[Loaded, Exception | None]:
    """What the file holds, and why it is of no use any more; an error that may pass is raised."""
    loaded, error = load(connection)
    if error is not None and not is_beyond_use(error):
        raise error
    return loaded, error


def _only_read(path: Path) -> Loaded:
    """What a file holds that cannot be written; nothing when it cannot be read either."""
    try:
        connection = connect_to_read(path)
    except sqlite3.Error:
        return Loaded()
    try:
        return load(connection)[0]
    finally:
        connection.close()


def _unusable(path: Path, error: Exception, loaded: Loaded, *, at_least: int, fallback: Callable[[], int]) -> Opened:
    next_seq = max(at_least, loaded.next_seq or 0, fallback())
    return Opened(database=None, loaded=loaded, next_seq=next_seq, problem=explained(path, error))
