"""A journal as months leave it: all entries of the last hours, the newest of which the broker has not."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.core.journal import JournalEntry
from bridge.store.sqlite.batch import Batch
from bridge.store.sqlite.connection import FILE_NAME
from bridge.store.sqlite.open import open_database

KINDS = ("alarm_begin", "output_on", "alarm_end", "output_off")
A_COMMIT = 5_000


def _entry(seq: int, time: datetime) -> JournalEntry:
    kind, identity = KINDS[seq % len(KINDS)], f"before-{seq}"
    if kind.startswith("alarm"):
        return JournalEntry(seq=seq, id=identity, boot="before", kind=kind, time=time, input="line-1", cause="input")
    return JournalEntry(seq=seq, id=identity, boot="before", kind=kind, time=time, output="out-1", reason="alarm")


def write_journal(folder: Path, *, entries: int, unsent: int) -> Path:
    """Entries 1 to `entries`, a second apart up to now, the last `unsent` not marked as sent; the database."""
    path = folder / FILE_NAME
    opened = open_database(path, at_least=1, fallback=lambda: 1)
    assert opened.database is not None, opened.problem
    begin = datetime.now(UTC) - timedelta(seconds=entries)
    for first in range(1, entries + 1, A_COMMIT):
        seqs = range(first, min(first + A_COMMIT, entries + 1))
        batch = Batch(
            entries=deque(_entry(seq, begin + timedelta(seconds=seq)) for seq in seqs),
            sent={seq for seq in seqs if seq <= entries - unsent},
        )
        opened.database.write(batch, next_seq=seqs.stop, expire_at=None)
    opened.database.close(entries + 1)
    return path
