"""The ledger of all retained topics ever published, so that each can be cleared."""

from __future__ import annotations

from typing import Protocol


class Ledger(Protocol):
    """Topics that may hold a retained message. No method blocks.

    The caller adds a topic before it publishes to it, and discards it once the broker has acknowledged that it is
    clear, so that a crash in between leaves a topic too many, never one too few.
    """

    def known(self) -> frozenset[str]:
        """Returns all topics in the ledger."""

    def add(self, topic: str) -> None:
        """Adds a topic; called before it is published to. A known topic is ignored."""

    def discard(self, topic: str) -> None:
        """Removes a topic that is clear at the broker; an unknown topic is ignored."""
