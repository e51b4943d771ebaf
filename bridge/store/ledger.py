"""The ledger of retained topics: every topic that may still hold something of ours at the broker."""

from __future__ import annotations

from bridge.store.writer.handover import Handover


class Ledger:
    """Answers from memory; the disk follows within 50 ms. Add a topic before publishing to it."""

    def __init__(self, handover: Handover) -> None:
        self._handover = handover

    def known(self) -> frozenset[str]:
        """All topics, those of earlier runs included."""
        with self._handover.memory() as memory:
            return frozenset(memory.topics)

    def add(self, topic: str) -> None:
        """Something retained goes to this topic; nothing is written for one that is known."""
        with self._handover.memory() as memory:
            if topic in memory.topics:
                return
        with self._handover.change() as memory:
            memory.topic(topic, kept=True)

    def discard(self, topic: str) -> None:
        """The topic was emptied at the broker; unknown ones are ignored."""
        with self._handover.memory() as memory:
            if topic not in memory.topics:
                return
        with self._handover.change() as memory:
            memory.topic(topic, kept=False)
