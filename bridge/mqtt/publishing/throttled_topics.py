"""Throttled topics: published at most five times a second, however often they change."""

from __future__ import annotations

from collections.abc import Callable

LAG_S = 0.2


class ThrottledTopics:
    """Passes the newest payload of each topic to `hold`, `LAG_S` after the first change.

    The JSON of a payload costs more than the rest of an edge's publication, so it is made only then.
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
        """Schedules a topic's payload, which `write` returns when it is due; replaces one that is scheduled."""
        self._waiting[topic] = write
        if not self._armed:
            self._armed = True
            self._later(LAG_S, self.flush)

    def forget(self, topic: str) -> None:
        """Cancels a topic's scheduled payload, if there is one."""
        self._waiting.pop(topic, None)

    def flush(self, hold: Callable[[str, bytes], object] | None = None) -> None:
        """Publishes all scheduled payloads now, or hands them to `hold` instead."""
        self._armed = False
        waiting, self._waiting = self._waiting, {}
        for topic, write in waiting.items():
            (hold or self._hold)(topic, write())
