"""The retained topics that are current, and the broker kept in step with them."""

from __future__ import annotations

from bridge.mqtt.messages import Outgoing
from bridge.mqtt.publishing.send_queue import SendQueue
from bridge.mqtt.publishing.topic_ledger import Ledger


class Retained:
    """What each topic holds: published when it changes, and all of it again on every connection.

    A broker that was killed may have lost what it acknowledged, so nothing is taken as known
    to it when a connection begins.
    """

    def __init__(self, *, outbox: SendQueue, ledger: Ledger) -> None:
        self._outbox = outbox
        self._ledger = ledger
        self._held: dict[str, bytes] = {}

    def hold(self, topic: str, payload: bytes) -> bool:
        """A topic's payload from now on; whether it is published: the same again is not."""
        held = self._held.get(topic)
        if held == payload:
            return False
        if held is None:
            self._ledger.add(topic)
        self._held[topic] = payload
        self._outbox.put(Outgoing(topic=topic, payload=payload, retained=True))
        return True

    def repeat(self, topic: str, payload: bytes) -> None:
        """As `hold`, but published even when it is the same."""
        self._held.pop(topic, None)
        self.hold(topic, payload)

    def again(self, topic: str) -> None:
        """Publish what a topic holds once more; nothing for one that is not held."""
        payload = self._held.get(topic)
        if payload is not None:
            self._outbox.put(Outgoing(topic=topic, payload=payload, retained=True))

    def repeat_all(self) -> None:
        """Publish everything again, in the order in which it first came."""
        for topic, payload in self._held.items():
            self._outbox.put(Outgoing(topic=topic, payload=payload, retained=True))

    def forget(self, topic: str) -> None:
        """Publish a topic no more; what the broker holds is left to somebody else."""
        self._held.pop(topic, None)

    def clear(self, topic: str) -> None:
        """Nothing is to be left on a topic; the ledger forgets it once the broker has said so."""
        self.forget(topic)

        def acknowledged(taken: bool) -> None:  # noqa: FBT001 - the one thing it says
            if taken and topic not in self._held:
                self._ledger.discard(topic)

        self._outbox.put(Outgoing(topic=topic, payload=b"", retained=True), acknowledged)
