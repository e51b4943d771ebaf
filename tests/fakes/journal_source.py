"""The stored journal, in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bridge.core.journal import JournalEntry


class MemoryJournal:
    """`bridge.mqtt.publishing.journal_publisher.JournalSource` without a disk; `keep` is what the store does first."""

    def __init__(self, *entries: JournalEntry) -> None:
        self.entries = list(entries)
        self.acknowledged: list[int] = []
        self.disk: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)
        """What a read of past entries waits for."""

    def keep(self, entry: JournalEntry) -> None:
        self.entries.append(entry)

    @property
    def count(self) -> int:
        return len({one.seq for one in self.entries}.difference(self.acknowledged))

    async def unsent(self, *, after: int, limit: int) -> Sequence[JournalEntry]:
        missing = [one for one in self.entries if one.seq > after and one.seq not in self.acknowledged]
        return tuple(sorted(missing, key=lambda one: one.seq)[:limit])

    async def past(self, *, after: int | None, limit: int, kinds: frozenset[str] | None) -> Sequence[JournalEntry]:
        await self.disk()
        found = [one for one in self.entries if kinds is None or one.kind in kinds]
        return found[-limit:] if after is None else [one for one in found if one.seq > after][:limit]

    def sent(self, *seqs: int) -> None:
        self.acknowledged.extend(seqs)
