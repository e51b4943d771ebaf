"""Every retained topic that was ever published, so that nothing is left behind."""

from __future__ import annotations

from typing import Protocol


class Ledger(Protocol):
    """Topics that may hold a retained message. No method blocks.

    A topic is added before it is first published and discarded once the broker has acknowledged
    that it is clear, so that a cut between the two leaves a topic too many, never one too few.
    """

    def known(self) -> frozenset[str]:
        """All of them."""

    def add(self, topic: str) -> None:
        """A topic is about to be published."""

    def discard(self, topic: str) -> None:
        """The broker holds nothing on it any more."""
