"""The journal's unsent entries, in memory."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.core.journal import JournalEntry


class MemoryJournal:
    """`bridge.mqtt.publishing.journal_publisher.JournalSource` without a disk; `keep` is what the store does first."""

    def __init__(self, *entries: JournalEntry) -> None:
        self.entries = list(entries)
        self.acknowledged: list[int] = []

    def keep(self, entry: JournalEntry) -> None:
        self.entries.append(entry)

    async def unsent(self, *, after: int, limit: int) -> Sequence[JournalEntry]:
        missing = [one for one in self.entries if one.seq > after and one.seq not in self.acknowledged]
        return tuple(sorted(missing, key=lambda one: one.seq)[:limit])

    def sent(self, *seqs: int) -> None:
        self.acknowledged.extend(seqs)
