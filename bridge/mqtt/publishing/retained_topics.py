"""The current retained topics, and their publication."""

from __future__ import annotations

from bridge.mqtt.messages import Outgoing
from bridge.mqtt.publishing.send_queue import SendQueue
from bridge.mqtt.publishing.topic_ledger import Ledger


class Retained:
    """The payload of each retained topic: published on change, and all of them on every connection.

    A broker that was killed may have lost what it acknowledged, so every connection starts
    with all payloads.
    """

    def __init__(self, *, outbox: SendQueue, ledger: Ledger) -> None:
        self._outbox = outbox
        self._ledger = ledger
        self._held: dict[str, bytes] = {}
        self._followers: dict[str, Outgoing] = {}
        """The message that follows each publication of a topic."""

    def hold(self, topic: str, payload: bytes) -> bool:
        """Sets a topic's payload and publishes it if it differs. Returns whether it does."""
        held = self._held.get(topic)
        if held == payload:
            return False
        if held is None:
            self._ledger.add(topic)
        self._held[topic] = payload
        self._put(topic, payload)
        return True

    def hold_with(self, topic: str, payload: bytes, *, about: str, said: bytes) -> None:
        """Sets a topic's payload and publishes it, and behind it what the topic `about` says of it.

        The two are never published apart, so a subscriber that has read `said` has this payload or a newer one.
        """
        self._ledger.add(about)
        self._followers[topic] = Outgoing(topic=about, payload=said, retained=True)
        self.repeat(topic, payload)

    def keep(self, topic: str, payload: bytes) -> None:
        """Sets a topic's payload without publishing it, for all of them are about to be."""
        self._ledger.add(topic)
        self._held[topic] = payload

    def repeat(self, topic: str, payload: bytes) -> None:
        """Sets a topic's payload and publishes it even if it is equal."""
        self._held.pop(topic, None)
        self.hold(topic, payload)

    def again(self, topic: str) -> None:
        """Publishes a topic's payload once more; does nothing for an unknown topic."""
        payload = self._held.get(topic)
        if payload is not None:
            self._put(topic, payload)

    def topics(self) -> tuple[str, ...]:
        """Returns all topics, in the order of their first publication."""
        return tuple(self._held)

    def forget(self, topic: str) -> None:
        """Stops publishing a topic, without clearing it at the broker; an unknown topic is ignored."""
        self._held.pop(topic, None)
        for followed in [each for each, about in self._followers.items() if topic in (each, about.topic)]:
            del self._followers[followed]

    def clear(self, topic: str) -> None:
        """Clears a topic at the broker; the ledger drops the topic with the acknowledgement."""
        self.forget(topic)

        def acknowledged(taken: bool) -> None:  # noqa: FBT001 - the one thing it says
            if taken and not self._is_used(topic):
                self._ledger.discard(topic)

        self._outbox.put(Outgoing(topic=topic, payload=b"", retained=True), acknowledged)

    def _is_used(self, topic: str) -> bool:
        return topic in self._held or any(each.topic == topic for each in self._followers.values())

    def _put(self, topic: str, payload: bytes) -> None:
        follower = self._followers.get(topic)
        self._outbox.put(Outgoing(topic=topic, payload=payload, retained=True, followed_by=follower))
