"""Events of inputs that Home Assistant does not know yet: withheld until it can have subscribed.

It subscribes up to half a second after it has read a description, and an event is heard by those who
listen: the begin of an input that is added while tripped would reach nobody.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial

from bridge.mqtt.messages import Outgoing

SUBSCRIBED_S = 1.0
"""Seconds from the broker's acknowledgement of a description to Home Assistant's subscriptions."""
MOST_WITHHELD = 20
"""Limit for each input; above it the oldest is dropped and counted."""


class EventGate:
    """Passes events on to `put`: at once, or those of new inputs once Home Assistant can have subscribed.

    `later` calls a function after some seconds.
    """

    def __init__(
        self, *, put: Callable[[Outgoing], object], later: Callable[[float, Callable[[], None]], object]
    ) -> None:
        self._put = put
        self._later = later
        self._withheld: dict[str, deque[Outgoing]] = {}
        self.dropped = 0
        """Number of events that were dropped."""

    def put(self, input_id: str, event: Outgoing) -> None:
        """Passes an event on, or withholds it while its input is new; above `MOST_WITHHELD` the oldest is dropped."""
        waiting = self._withheld.get(input_id)
        if waiting is None:
            self._put(event)
        else:
            self.dropped += len(waiting) == waiting.maxlen
            waiting.append(event)

    def close(self, input_ids: Iterable[str]) -> None:
        """Withholds the events of these inputs from now on; called when their first description is published."""
        for input_id in input_ids:
            self._withheld.setdefault(input_id, deque(maxlen=MOST_WITHHELD))

    def acknowledged(self, input_ids: Iterable[str]) -> None:
        """Passes the events of these inputs on after `SUBSCRIBED_S`; called when the broker has their description."""
        self._later(SUBSCRIBED_S, partial(self._open, tuple(input_ids)))

    def reset(self) -> None:
        """Drops all withheld events, and withholds none.

        Called on a new connection, on which they are no longer live.
        """
        self._withheld.clear()

    def _open(self, input_ids: tuple[str, ...]) -> None:
        """Publishes the withheld events of these inputs; later ones pass at once."""
        for input_id in input_ids:
            for event in self._withheld.pop(input_id, ()):
                self._put(event)
