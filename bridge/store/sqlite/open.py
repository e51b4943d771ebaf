"""Opens a writable database at a path; a missing, old or broken file is dealt with."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bridge.errors import StoreError
from bridge.store.sqlite.batch import Loaded
from bridge.store.sqlite.connection import connect, connect_to_read, explained, is_corrupt
from bridge.store.sqlite.database import Database
from bridge.store.sqlite.quarantine import has_quarantined, quarantine
from bridge.store.sqlite.read_all import is_unusable, load, unsent_entries
from bridge.store.sqlite.schema import migrate


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The result of opening a file.

    `problem` is the reason if there is no database, or the loss if there is one; None if all is well. `next_seq` is
    reserved durably if there is a database.
    """

    database: Database | None
    loaded: Loaded
    next_seq: int
    problem: str | None


def open_database(path: Path, *, at_least: int, fallback: Callable[[], int]) -> Opened:
    """Opens, migrates and reads the file, and reserves numbers. Returns the result; never raises for a disk or file.

    A missing file is created. A broken file is put aside, and a new one created. Numbers start at `at_least` or above;
    `fallback` returns a first one if the file does not hold it. The folder is created, its parent is not: a disk that
    is not mounted is not written to.
    """
    try:
        path.parent.mkdir(mode=0o750, exist_ok=True)
        return _open(path, at_least=at_least, fallback=fallback)
    except (sqlite3.Error, StoreError, OSError) as error:
        if is_corrupt(error):
            return replace_broken(path, error, Loaded(), at_least=at_least, fallback=fallback)
        return _unusable(path, error, _only_read(path), at_least=at_least, fallback=fallback)


def replace_broken(
    path: Path, cause: Exception, salvaged: Loaded, *, at_least: int, fallback: Callable[[], int]
) -> Opened:
    """Puts a broken file aside and creates a new one; `salvaged` is the readable content of the old one.

    Returns the result with the loss, for the reason `cause`, as its problem; without a database if the disk refuses.
    """
    try:
        aside = quarantine(path)
        opened = _open(path, at_least=max(at_least, salvaged.next_seq or 0, fallback()), fallback=fallback)
    except (sqlite3.Error, StoreError, OSError) as error:
        return _unusable(path, error, salvaged, at_least=at_least, fallback=fallback)
    problem = f"{explained(path, cause)}; put aside as {aside.name}, a new one was begun"
    return replace(opened, loaded=salvaged, problem=problem)


def salvage(connection: sqlite3.Connection) -> Loaded:
    """Returns the readable content of a broken file, with its unsent entries; empty if nothing can be read."""
    loaded, _ = load(connection)
    entries = unsent_entries(connection)
    return replace(loaded, salvaged=entries, unsent=frozenset(entry.seq for entry in entries), rows_at_most=0)


def _open(path: Path, *, at_least: int, fallback: Callable[[], int]) -> Opened:
    """Opens the file; a broken one is replaced. Returns the connection with what the file held.

    Raises sqlite3.Error, StoreError or OSError if there is no database then.
    """
    # A file that lost its numbers, or one beside a file that was put aside, does not begin at 1.
    may_repeat = path.exists() or has_quarantined(path)
    connection = connect(path)
    try:
        migrate(connection)
        loaded, broken = _loaded(connection)
        if broken is not None:
            salvaged = salvage(connection)
            connection.close()
            return replace_broken(path, broken, salvaged, at_least=at_least, fallback=fallback)
        next_seq = max(at_least, loaded.next_seq or (fallback() if may_repeat else 1))
        database = Database(path, connection, rows_at_most=loaded.rows_at_most)
        database.reserve(next_seq)
    except BaseException:
        connection.close()
        raise
    return Opened(database=database, loaded=loaded, next_seq=next_seq, problem=None)


def _loaded(connection: sqlite3.Connection) -> tuple[Loaded, Exception | None]:
    """Returns the file's content, and the error that makes the file unusable, or None.

    Raises an error that may pass.
    """
    loaded, error = load(connection)
    if error is not None and not is_unusable(error):
        raise error
    return loaded, error


def _only_read(path: Path) -> Loaded:
    """Returns the content of a file that cannot be written; empty if it cannot be read either."""
    try:
        connection = connect_to_read(path)
    except sqlite3.Error:
        return Loaded()
    try:
        return load(connection)[0]
    finally:
        connection.close()


def _unusable(path: Path, error: Exception, loaded: Loaded, *, at_least: int, fallback: Callable[[], int]) -> Opened:
    """Returns the result without a database, for the reason `error`."""
    next_seq = max(at_least, loaded.next_seq or 0, fallback())
    return Opened(database=None, loaded=loaded, next_seq=next_seq, problem=explained(path, error))
