"""The ledger of retained topics, in memory."""

from __future__ import annotations

from collections.abc import Iterable


class MemoryLedger:
    """`bridge.mqtt.publishing.topic_ledger.Ledger` without a disk."""

    def __init__(self, topics: Iterable[str] = ()) -> None:
        self.topics = set(topics)

    def known(self) -> frozenset[str]:
        return frozenset(self.topics)

    def add(self, topic: str) -> None:
        self.topics.add(topic)

    def discard(self, topic: str) -> None:
        self.topics.discard(topic)
