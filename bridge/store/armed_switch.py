"""The device's armed switch as it is stored, read beside the writer: on any thread, in any process."""

from __future__ import annotations

from pathlib import Path

from bridge.store.journal_query import reading


def read_armed(path: Path) -> bool:
    """Returns the switch of the database at `path`; True if it was never moved.

    Raises:
        StoreError: there is no database, or it cannot be read.
    """
    with reading(path) as connection:
        row = connection.execute("SELECT value FROM meta WHERE key = 'armed'").fetchone()
    return row is None or bool(row[0])
