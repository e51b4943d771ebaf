"""The ledger of retained topics: every topic that may still hold a payload of ours at the broker."""

from __future__ import annotations

from bridge.store.writer.handover import Handover


class Ledger:
    """Reads come from memory; a change is on the disk within 50 ms. A topic is added before it is published."""

    def __init__(self, handover: Handover) -> None:
        self._handover = handover

    def known(self) -> frozenset[str]:
        """Returns all topics in the ledger, those of earlier runs included."""
        with self._handover.memory() as memory:
            return frozenset(memory.topics)

    def add(self, topic: str) -> None:
        """Adds a topic; called before a retained message is published to it. A known topic causes no write."""
        with self._handover.memory() as memory:
            if topic in memory.topics:
                return
        with self._handover.change() as memory:
            memory.topic(topic, kept=True)

    def discard(self, topic: str) -> None:
        """Removes a topic; called after it was emptied at the broker. An unknown topic is ignored."""
        with self._handover.memory() as memory:
            if topic not in memory.topics:
                return
        with self._handover.change() as memory:
            memory.topic(topic, kept=False)
