"""The queue of messages to publish: bounded, in order, states coalesced to the newest."""

from __future__ import annotations

from collections.abc import Callable

from bridge.mqtt.messages import Acknowledged, Outgoing

IN_ORDER = 500
"""Number of messages queued individually; above it states are coalesced."""
LARGE = 8192
"""Size in bytes above which a state (a picture or a description) is always coalesced."""
MOST_EVENTS = 1000
"""Limit for messages that are neither retained nor acknowledged; above it the oldest is dropped and counted."""

Send = Callable[[Outgoing, Acknowledged], bool]
"""Publishes a message and returns whether it was sent at all; the callback gets the broker's answer."""


class SendQueue:
    """First in, first out. At most `window` messages are unacknowledged at a time.

    While the queue is short, every change of a state is sent. From `IN_ORDER` messages on, a retained message
    replaces the newest queued one of its topic, at the end, and one that another follows always does: of its topic
    none is queued behind the follower. A message with `acknowledged` is neither replaced nor dropped, so its sender
    has to bound the number of those.
    The queue is thus bounded by `IN_ORDER`, the number of topics and `MOST_EVENTS`.
    """

    def __init__(self) -> None:
        self.dropped = 0
        """Number of messages that were dropped."""
        self._waiting: dict[object, tuple[Outgoing, Acknowledged | None]] = {}
        self._events = 0
        self._serial = 0
        self._send: Send | None = None
        self._flush: Callable[[], None] | None = None
        self._window = 0
        self._unacknowledged = 0

    @property
    def unfinished(self) -> int:
        """Number of messages that are queued or not acknowledged yet."""
        return len(self._waiting) + self._unacknowledged

    def open(self, send: Send, *, window: int, flush: Callable[[], None] | None = None) -> None:
        """Starts a connection. `send` publishes a message, `flush` writes what was sent so far."""
        self.close()
        self._send = send
        self._flush = flush
        self._window = window

    def widen(self, window: int) -> None:
        """Sets the number of messages that may be unacknowledged, and sends those that it lets through."""
        self._window = window
        self._send_waiting()

    def close(self) -> None:
        """Ends the connection and empties the queue: all states are sent again on the next."""
        self.dropped += self._events
        self._send = self._flush = None
        self._waiting.clear()
        self._events = 0
        self._unacknowledged = 0

    def hurry(self) -> None:
        """Writes the messages given to the connection so far, before any other work; those that wait stay queued.

        Does nothing without a connection.
        """
        if self._flush is not None:
            self._flush()

    def put(self, message: Outgoing, acknowledged: Acknowledged | None = None) -> None:
        """Queues a message, or sends it at once if the window allows; drops it without a connection.

        `acknowledged` is called with the broker's answer, with False for a message that could not be sent; never after
        the connection has ended.
        """
        if self._send is None:
            return
        if self._unacknowledged < self._window and not self._waiting:
            self._dispatch(self._send, message, acknowledged)
            return
        many = len(self._waiting) >= IN_ORDER or len(message.payload) > LARGE or message.followed_by is not None
        if message.retained and acknowledged is None and many:
            # At the end, and not in place: an older one of its topic may be queued behind that place.
            self._waiting.pop(message.topic, None)
            self._waiting[message.topic] = (message, None)
            return
        if message.retained:
            self._waiting.pop(message.topic, None)
        self._serial += 1
        self._waiting[self._serial] = (message, acknowledged)
        self._count(message, acknowledged, 1)
        if self._events > MOST_EVENTS:
            self._drop_oldest_event()

    def _count(self, message: Outgoing, acknowledged: Acknowledged | None, step: int) -> None:
        """Adds `step` to the number of queued events, if the message is one."""
        if not message.retained and acknowledged is None:
            self._events += step

    def _drop_oldest_event(self) -> None:
        for key, (message, acknowledged) in self._waiting.items():
            if not message.retained and acknowledged is None:
                del self._waiting[key]
                self._events -= 1
                self.dropped += 1
                return

    def _dispatch(self, send: Send, message: Outgoing, acknowledged: Acknowledged | None) -> None:
        """Sends a message; one that cannot be sent is dropped, and its sender gets False."""
        if send(message, self._acknowledge if acknowledged is None else self._counting(acknowledged)):
            self._unacknowledged += 1
            if message.followed_by is not None:
                self.put(message.followed_by)
            return
        if not message.retained:
            self.dropped += 1
        if acknowledged is not None:
            acknowledged(False)  # noqa: FBT003 - the one thing it says

    def _counting(self, acknowledged: Acknowledged) -> Acknowledged:
        """Returns a callback that passes the answer on and frees a place in the window."""

        def callback(taken: bool) -> None:  # noqa: FBT001 - the one thing it says
            acknowledged(taken)
            self._acknowledge(taken)

        return callback

    def _acknowledge(self, _taken: bool) -> None:  # noqa: FBT001 - the one thing it says
        self._unacknowledged -= 1
        self._send_waiting()

    def _send_waiting(self) -> None:
        while self._send is not None and self._waiting and self._unacknowledged < self._window:
            message, acknowledged = self._waiting.pop(next(iter(self._waiting)))
            self._count(message, acknowledged, -1)
            self._dispatch(self._send, message, acknowledged)
