"""The ledger of all retained topics ever published, so that each can be cleared."""

from __future__ import annotations

from typing import Protocol


class Ledger(Protocol):
    """Topics that may hold a retained message. No method blocks.

    A topic is added before it is first published, and discarded once the broker has acknowledged
    that it is clear, so that a crash in between leaves a topic too many, never one too few.
    """

    def known(self) -> frozenset[str]:
        """Returns all topics."""

    def add(self, topic: str) -> None:
        """Adds a topic, before it is published."""

    def discard(self, topic: str) -> None:
        """Removes a topic that is clear at the broker."""
