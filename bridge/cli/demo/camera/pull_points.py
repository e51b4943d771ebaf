"""The subscriptions that clients have at a camera: each collects messages until they are pulled (Core 9.1)."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field


@dataclass
class Point:
    """One subscription: the instant of its end, and the messages that wait."""

    until: float
    queue: list[str] = field(default_factory=list)


class PullPoints:
    """Subscriptions by name. `present` returns the messages of what is so now; each thread may call everything."""

    def __init__(self, present: Callable[[], Iterable[str]]) -> None:
        self.open: dict[str, Point] = {}
        self._present = present
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()

    def create(self, seconds: float) -> str:
        """Begins a subscription with the messages of what is so now. Returns its name."""
        with self._changed:
            name = str(next(self._numbers))
            self.open[name] = Point(time.monotonic() + seconds, [*self._present()])
        return name

    def emit(self, message: str) -> None:
        """Adds a message to each subscription, whose pull ends at once."""
        with self._changed:
            for point in self.open.values():
                point.queue.append(message)
            self._changed.notify_all()

    def pull(self, name: str, wait_s: float) -> list[str] | None:
        """Waits for messages and returns them, an empty list after `wait_s`; None without such a subscription."""
        end = time.monotonic() + wait_s
        with self._changed:
            while (point := self.alive(name)) is not None and not point.queue and time.monotonic() < end:
                self._changed.wait(max(0.0, min(end, point.until) - time.monotonic()))
            if point is None:
                return None
            messages, point.queue = point.queue, []
        return messages

    def synchronise(self, name: str) -> bool:
        """Adds the messages of what is so now to one subscription. Returns whether there is such a one."""
        with self._changed:
            point = self.alive(name)
            if point is not None:
                point.queue += self._present()
                self._changed.notify_all()
        return point is not None

    def renew(self, name: str, seconds: float) -> bool:
        """Moves the end of a subscription to `seconds` from now. Returns whether there is such a one."""
        point = self.alive(name)
        if point is not None:
            point.until = time.monotonic() + seconds
        return point is not None

    def drop(self, name: str) -> None:
        """Ends a subscription, if there is such a one."""
        with self._changed:
            self.open.pop(name, None)

    def drop_all(self) -> None:
        """Ends every subscription, and each pull that waits."""
        with self._changed:
            self.open.clear()
            self._changed.notify_all()

    def alive(self, name: str) -> Point | None:
        """Returns the subscription of a name; None without one, or after its end."""
        point = self.open.get(name)
        return None if point is None or point.until < time.monotonic() else point
