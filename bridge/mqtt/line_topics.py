"""Topics of lines in other devices, on the bridge's own session (`behaviour.md` 10)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol

from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Filter
from bridge.mqtt.messages import Incoming, Outgoing
from bridge.mqtt.publishing.send_queue import SendQueue

Sent = Callable[[str | None], None]
NO_BROKER = "the broker is not connected"
REFUSED = "the broker refused it"


class Lines(Protocol):
    """The lines, as this room sees them."""

    @property
    def topics(self) -> frozenset[str]:
        """The topics to subscribe to in each session."""

    def when_wanted(self, wanted: Callable[[frozenset[str]], None]) -> None:
        """Sets the function that takes topics to subscribe to now, some of them perhaps again."""

    def found(self, send: Callable[[str, bytes, Sent], None]) -> None:
        """Takes a new session."""

    def subscribed(self, topics: Iterable[str]) -> None:
        """Takes topics that the broker has accepted."""

    def lost(self) -> None:
        """Takes the end of the session."""

    def take(self, topic: str, payload: bytes, *, retained: bool) -> bool:
        """Takes a message. Returns whether a line follows its topic."""


class LineTopics:
    """Subscribes for lines, hands them their messages, and publishes theirs."""

    def __init__(self, lines: Lines, *, outbox: SendQueue) -> None:
        self._lines = lines
        self._outbox = outbox
        self._wanted: set[str] = set()
        self._news = asyncio.Event()
        lines.when_wanted(self._want)

    def receive(self, message: Incoming) -> bool:
        """Hands a message to the lines. Returns whether one of them follows its topic."""
        return self._lines.take(message.topic, message.payload, retained=message.retained)

    async def run(self, session: Session) -> None:
        """Serves the lines on one session; cancelled at its end."""
        self._wanted = set(self._lines.topics)
        self._news.set()
        self._lines.found(partial(self._send, session))
        try:
            while True:
                await self._news.wait()
                self._news.clear()
                wanted, self._wanted = sorted(self._wanted), set()
                # A live message counts as an event even if its sender retains it, so the flag must not say so.
                await session.subscribe([Filter(topic=topic, flag_retained=False) for topic in wanted])
                self._lines.subscribed(topic for topic in wanted if topic not in session.refused_filters)
        finally:
            self._lines.lost()

    def _want(self, topics: frozenset[str]) -> None:
        self._wanted |= topics
        self._news.set()

    def _send(self, session: Session, topic: str, payload: bytes, sent: Sent) -> None:
        def answered(taken: bool) -> None:  # noqa: FBT001 - an acknowledgement's one value
            sent(None if taken else NO_BROKER if session.ended.done() else REFUSED)

        self._outbox.put(Outgoing(topic=topic, payload=payload), answered)
        self._outbox.hurry()
