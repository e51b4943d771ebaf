"""The handover between the loop's thread and the writer's: a lock held for moments, never for I/O."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from bridge.store.sqlite.batch import Batch
from bridge.store.writer.alarm_clock import AlarmClock, alarm_clock
from bridge.store.writer.commit_timing import commit_at
from bridge.store.writer.memory import Memory


class _Change:
    """A reusable context manager: the memory under the lock, and `done` after a block without an exception.

    Created once and entered again and again: an edge changes the memory several times, and a generator
    for each would cost more than the changes.
    """

    def __init__(self, lock: threading.Condition, memory: Memory, done: Callable[[], None]) -> None:
        self._lock = lock
        self._memory = memory
        self._done = done

    def __enter__(self) -> Memory:
        self._lock.acquire()
        return self._memory

    def __exit__(self, kind: object, *_: object) -> None:
        try:
            if kind is None:
                self._done()
        finally:
            self._lock.release()


class Handover:
    """Guards the memory, and wakes the writer exactly when there is something to do."""

    def __init__(
        self,
        memory: Memory,
        *,
        clock: Callable[[], float] = time.monotonic,
        alarm: Callable[[], AlarmClock] = alarm_clock,
    ) -> None:
        self._memory = memory
        self._clock = clock
        self._make_alarm = alarm
        self._alarm: AlarmClock | None = None
        """The clock by which the writer sleeps, from its first sleep to its end."""
        self._sleeps_until: float | None = None
        self._sleeps = False
        self._changed = threading.Condition(threading.RLock())
        self._urgent = _Change(self._changed, memory, self._urgent_changed)
        self._lazy = _Change(self._changed, memory, self._lazy_changed)
        self._urgent_since: float | None = None
        self._lazy_since: float | None = None
        self._hurry = self._closing = False
        self._last_begin = 0.0
        self._retry_at: float | None = None
        self._other_at: float | None = None
        self._handed = self._taken = self._durable = self._failures = 0
        self._waiting_calls: list[tuple[int, Callable[[], None]]] = []

    @contextmanager
    def memory(self) -> Iterator[Memory]:
        """Yields the memory under the lock, for reading; the caller leaves the block soon."""
        with self._changed:
            yield self._memory

    def change(self, *, urgent: bool = True) -> AbstractContextManager[Memory]:
        """Returns a context that yields the memory under the lock, for changing.

        An urgent change is on the disk in 50 ms, others in about 30 s. After an exception in the block nothing is
        written for it.
        """
        return self._urgent if urgent else self._lazy

    def one_commit(self) -> AbstractContextManager[object]:
        """Returns a context that keeps the writer from taking changes.

        Those made within the block are written in one commit, or none is.
        """
        return self._changed

    def _urgent_changed(self) -> None:
        """Records an urgent change, and sets the writer's alarm clock if it is the first."""
        self._handed += 1
        if self._urgent_since is None:
            self._urgent_since = self._clock()
            self._set_alarm()

    def _lazy_changed(self) -> None:
        """Records a change that may wait, and sets the writer's alarm clock if it is the first."""
        self._handed += 1
        if self._lazy_since is None:
            self._lazy_since = self._clock()
            self._set_alarm()

    def _set_alarm(self) -> None:
        """Sets the alarm clock of a writer that sleeps to the time of its work; one that works looks by itself."""
        if self._sleeps and self._alarm is not None:
            at = self._due()
            if at != self._sleeps_until:
                self._sleeps_until = at
                self._alarm.set(at)

    def _due(self) -> float | None:
        """Returns the time of the writer's next work; None: there is none."""
        if self._closing or self._hurry:
            return 0.0
        if self._retry_at is not None:
            return self._retry_at
        times = (commit_at(self._urgent_since, self._lazy_since, self._last_begin), self._other_at)
        return min((time for time in times if time is not None), default=None)

    def flush(self, timeout_s: float) -> bool:
        """Waits until all changes so far are durable and returns True.

        False if a commit fails, or after `timeout_s`.
        """
        with self._changed:
            goal, failures = self._handed, self._failures
            if self._durable < goal:
                self.hurry()
            self._changed.wait_for(lambda: self._durable >= goal or self._failures > failures, timeout_s)
            return self._durable >= goal

    def when_durable(self, call: Callable[[], None]) -> None:
        """Calls `call` once, when all changes so far are durable or an attempt to write has failed.

        The call is made with the lock held, on this thread (perhaps before this returns) or the writer's.
        """
        with self._changed:
            if self._durable >= self._handed:
                call()
                return
            self._waiting_calls.append((self._handed, call))
            self.hurry()

    def _call_up_to(self, durable: float) -> None:
        """Makes the calls that wait for no more than `durable` changes."""
        ready = [call for goal, call in self._waiting_calls if goal <= durable]
        self._waiting_calls = [waiting for waiting in self._waiting_calls if waiting[0] > durable]
        for call in ready:
            call()

    def all_durable(self) -> bool:
        """Returns whether every change is on the disk."""
        with self._changed:
            return self._durable >= self._handed

    def hurry(self) -> None:
        """Makes the writer commit now."""
        with self._changed:
            self._hurry = True
            self._set_alarm()

    def close(self) -> None:
        """Ends the writer, which tries once to write the pending changes; the caller makes no change after it."""
        with self._changed:
            self._closing = True
            self._set_alarm()

    def wait(self, *, last_begin: float, retry_at: float | None, other_at: float | None) -> bool:
        """Blocks until there is work, without limit. Returns False then, and True after `close`.

        The writer's thread calls. `retry_at` postpones all pending changes to that time; `other_at` is the time of work
        beside them. None: no such time.
        """
        while True:
            with self._changed:
                self._sleeps = False
                self._last_begin, self._retry_at, self._other_at = last_begin, retry_at, other_at
                due = self._due()
                if due is not None and due <= self._clock():
                    self._hurry = False
                    return self._closing
                alarm = self._alarm = self._alarm or self._make_alarm()
                self._sleeps, self._sleeps_until = True, due
                alarm.set(due)
            alarm.wait()

    def ended(self) -> None:
        """Notes that the writer's thread waits no more; it calls at its end."""
        with self._changed:
            alarm, self._alarm = self._alarm, None
            if alarm is not None:
                alarm.close()

    def take(self, *, everything: bool = False) -> tuple[Batch, int]:
        """Returns the batch to write now, and a number above all those handed out; the writer's thread calls.

        With `everything` the batch has every state. The caller enters `durable` or `not_durable` next.
        """
        with self._changed:
            self._urgent_since = self._lazy_since = None
            self._taken = self._handed
            return self._memory.take(everything=everything), self._memory.next_seq

    @contextmanager
    def durable(self) -> Iterator[Memory]:
        """Yields the memory to record that the batch is on the disk, then wakes `flush`; the writer's thread calls."""
        with self._changed:
            yield self._memory
            self._durable = self._taken
            self._call_up_to(self._durable)
            self._changed.notify_all()

    @contextmanager
    def not_durable(self) -> Iterator[Memory]:
        """Yields the memory to record a failed attempt, then wakes `flush`; the writer's thread calls."""
        with self._changed:
            yield self._memory
            self._failures += 1
            self._call_up_to(math.inf)
            self._changed.notify_all()
