"""Topics that may lag: written out at most five times a second, however often they change."""

from __future__ import annotations

from collections.abc import Callable

LAG_S = 0.2


class ThrottledTopics:
    """Takes what to write, and writes the newest of each topic once the lag is over.

    Making JSON of it costs more than all the rest of an edge's way out, so it is made only then.
    """

    def __init__(
        self,
        *,
        hold: Callable[[str, bytes], object],
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self._hold = hold
        self._later = later
        self._waiting: dict[str, Callable[[], bytes]] = {}
        self._armed = False

    def put(self, topic: str, write: Callable[[], bytes]) -> None:
        """`write` makes the payload when its time has come; a newer one takes its place."""
        self._waiting[topic] = write
        if not self._armed:
            self._armed = True
            self._later(LAG_S, self.flush)

    def forget(self, topic: str) -> None:
        """What waits for a topic is not written."""
        self._waiting.pop(topic, None)

    def flush(self) -> None:
        """Write all that waits, now."""
        self._armed = False
        waiting, self._waiting = self._waiting, {}
        for topic, write in waiting.items():
            self._hold(topic, write())
