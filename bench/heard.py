"""What a subscriber has heard of inputs' states, line by line, in order."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from bench.contestant import Contestant
from bench.stage import Stage
from bench.wire import Client, Message


class Heard:
    """A subscriber to every input's state; only what is live counts."""

    def __init__(self, stage: Stage, contestant: Contestant) -> None:
        self.states: dict[str, list[bytes]] = defaultdict(list)
        self._lines = contestant.states()
        self.client = Client(port=stage.broker.port, name=f"heard-{contestant.name}", heard=self._arrived)
        for topic in self._lines:
            self.client.subscribe(topic)

    def _arrived(self, message: Message) -> None:
        if not message.retained:
            self.states[self._lines[message.topic]].append(message.payload)

    def repeated(self, line: str) -> int:
        """States equal to the one before: of alternating edges, one is lost or came too early."""
        return sum(before == after for before, after in pairwise(self.states[line]))
