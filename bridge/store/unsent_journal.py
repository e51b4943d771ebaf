"""The journal entries that the broker has not acknowledged, in order, over restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from bridge.core.journal import JournalEntry
from bridge.errors import StoreError
from bridge.store.journal_query import EntryFilter, read_unsent
from bridge.store.writer.handover import Handover
from bridge.system.disk_thread import start_disk_thread


class UnsentJournal:
    """The entries that the broker has not acknowledged, written to the disk or not.

    Each call covers every entry that was handed to the store before it. `on_unreadable` is called with the error of a
    failed read; `entries` answers a query, and blocks meanwhile.
    """

    def __init__(
        self,
        path: Path,
        handover: Handover,
        *,
        on_unreadable: Callable[[StoreError], None],
        entries: Callable[[EntryFilter], tuple[JournalEntry, ...]],
    ) -> None:
        self._entries = entries
        self._path = path
        self._handover = handover
        self._on_unreadable = on_unreadable

    @property
    def count(self) -> int:
        """Number of unsent entries."""
        with self._handover.memory() as memory:
            return len(memory.unsent)

    async def unsent(self, *, after: int = 0, limit: int = 100) -> tuple[JournalEntry, ...]:
        """Returns the first `limit` unsent entries after `after`, oldest first; an empty tuple if there are none.

        Reads the disk on a thread. Entries that cannot be read now are left out, so that a broken disk does not hold up
        newer ones.
        """
        with self._handover.memory() as memory:
            nothing = not any(seq > after for seq in memory.unsent)
        return () if nothing else await asyncio.to_thread(self.read, after=after, limit=limit)

    async def past(
        self, *, after: int | None, limit: int, kinds: frozenset[str] | None = None
    ) -> tuple[JournalEntry, ...]:
        """Returns the first `limit` entries after `after`, or for None the newest; oldest first, sent or not.

        `kinds` None means all kinds. Reads the disk on a thread of its own.
        """
        query = EntryFilter(limit=limit, after_seq=after, kinds=kinds)
        return await start_disk_thread("journal", lambda: self._entries(query))

    def read(self, *, after: int = 0, limit: int = 100) -> tuple[JournalEntry, ...]:
        """Returns the first `limit` unsent entries after `after`, oldest first.

        Like `unsent`, but blocks on the disk.
        """
        # Memory first, the file second: an entry that is written between the two is in both.
        with self._handover.memory() as memory:
            waiting = memory.not_written()
            marks = memory.marks_not_written(after)
            in_file = not memory.unsent.issubset(entry.seq for entry in waiting)
        stored: tuple[JournalEntry, ...] = ()
        if in_file:
            try:
                stored = read_unsent(self._path, after=after, limit=limit + marks)
            except StoreError as error:
                self._on_unreadable(error)
        found = {entry.seq: entry for entry in (*stored, *waiting) if entry.seq > after}
        with self._handover.memory() as memory:
            wanted = sorted(memory.unsent.intersection(found))
        return tuple(found[seq] for seq in wanted[:limit])

    def sent(self, *seqs: int) -> None:
        """Marks entries as acknowledged by the broker. Unknown numbers and repeats are ignored. Never blocks.

        The mark is on the disk within about 30 s: after a crash some entries may be sent again.
        """
        with self._handover.change(urgent=False) as memory:
            memory.sent(seqs)
