"""The MQTT port of far lines: topics that they follow, messages that they send, and the broker's presence.

Lines and the MQTT side meet here and do not know each other: a line follows topics and publishes, the
side of the broker subscribes to `topics`, hands messages in, and takes what is published. Everything is
called on the event loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bridge.core.value import value

Sent = Callable[[str | None], None]
"""Takes the result of one message, once: None when the broker acknowledged it, else the problem for a person."""
Send = Callable[[str, bytes, Sent], None]
"""Publishes a message to a topic, with QoS 1 and not retained, on the session that stands; never later."""

NO_BROKER = "the broker is not connected"


@value
class Message:
    """A message on a topic that a line follows."""

    topic: str
    payload: bytes
    retained: bool
    """Whether it was there before the subscription: a state, and no event."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Follower:
    """A line that follows topics, which are no wildcards.

    `broker_found` is called once its topics are subscribed to, `broker_lost` when the session has ended.
    """

    topics: frozenset[str]
    receive: Callable[[Message], None]
    broker_found: Callable[[], None] = field(default=lambda: None)
    broker_lost: Callable[[], None] = field(default=lambda: None)


class MessagePort:
    """The followers by their terminals, and the way to the broker while there is one."""

    def __init__(self) -> None:
        self._followers: dict[str, Follower] = {}
        self._by_topic: dict[str, tuple[Follower, ...]] = {}
        self._send: Send | None = None
        self._subscribed: set[str] = set()
        self._reached: set[str] = set()
        """The terminals whose follower knows that its topics are subscribed to."""
        self._wanted: Callable[[frozenset[str]], None] = _nobody

    # Lines

    def follow(self, terminal: str, follower: Follower) -> None:
        """Adds a terminal's follower, or replaces it.

        Its topics are subscribed to anew, also those of others: the broker then sends what it retains.
        """
        self._followers[terminal] = follower
        self._reached.discard(terminal)
        self._subscribed -= follower.topics
        self._index()
        self._wanted(follower.topics)

    def leave(self, terminal: str) -> None:
        """Removes a terminal's follower; an unknown one is ignored. Its topics stay subscribed to in this session."""
        if self._followers.pop(terminal, None) is not None:
            self._reached.discard(terminal)
            self._index()

    def publish(self, topic: str, payload: bytes, sent: Sent) -> None:
        """Publishes a message now, or calls `sent` at once if there is no broker; nothing is queued."""
        if self._send is None:
            sent(NO_BROKER)
        else:
            self._send(topic, payload, sent)

    # The broker's side

    @property
    def topics(self) -> frozenset[str]:
        """The topics to subscribe to in each session."""
        return frozenset(self._by_topic)

    def when_wanted(self, wanted: Callable[[frozenset[str]], None]) -> None:
        """Sets the function that takes topics to subscribe to now, some of them perhaps again."""
        self._wanted = wanted

    def found(self, send: Send) -> None:
        """Begins a session, on which nothing is subscribed to yet."""
        self._send = send
        self._subscribed.clear()

    def subscribed(self, topics: Iterable[str]) -> None:
        """Notes topics that the broker accepted in this session; calls `broker_found` where a follower's are complete.

        Retained messages of these topics come after that.
        """
        self._subscribed.update(topics)
        for terminal, follower in tuple(self._followers.items()):
            if terminal not in self._reached and follower.topics <= self._subscribed:
                self._reached.add(terminal)
                follower.broker_found()

    def lost(self) -> None:
        """Reports the end of the session to the followers that were reached by it."""
        self._send = None
        self._subscribed.clear()
        reached, self._reached = self._reached, set()
        for terminal in reached & self._followers.keys():
            self._followers[terminal].broker_lost()

    def take(self, topic: str, payload: bytes, *, retained: bool) -> bool:
        """Hands a message to the followers of its topic. Returns whether there is one."""
        followers = self._by_topic.get(topic, ())
        if followers:
            message = Message(topic=topic, payload=payload, retained=retained)
            for follower in followers:
                follower.receive(message)
        return bool(followers)

    def _index(self) -> None:
        """Recomputes the followers of each topic."""
        topics = {topic for follower in self._followers.values() for topic in follower.topics}
        self._by_topic = {
            topic: tuple(each for each in self._followers.values() if topic in each.topics) for topic in topics
        }


def _nobody(wanted: frozenset[str]) -> None:
    """Drops a change of the topics while the broker's side is not there; it subscribes to all of them later."""
    del wanted
