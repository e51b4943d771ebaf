"""What is wrong with the store, told once when it begins and once when it is over."""

from __future__ import annotations

import threading
from collections.abc import Callable

Post = Callable[[Callable[[], None]], object]
"""Runs a function on the loop's thread: `loop.call_soon_threadsafe`."""
OnProblem = Callable[[str | None], None]


class Trouble:
    """Tells `on_problem`, on the loop's thread, each change of what is wrong; None when all is well.

    May be used on any thread.
    """

    def __init__(self, *, post: Post, on_problem: OnProblem) -> None:
        self._post = post
        self._on_problem = on_problem
        self._lock = threading.Lock()
        self._failure: str | None = None
        self._losing = False
        self._told: str | None = None
        self._told_lost = 0

    def failing(self, failure: str) -> None:
        """The disk does not do what it should; `failure` is one line for a person."""
        with self._lock:
            self._failure = failure
            self._tell()

    def losing(self) -> None:
        """Journal entries are being lost."""
        with self._lock:
            if not self._losing:
                self._losing = True
                self._tell()

    def healthy(self, lost: int) -> None:
        """The disk does what it should; so many entries have been lost in all, which is told."""
        with self._lock:
            self._failure, self._losing = None, False
            if lost > self._told_lost:
                self._say(f"{lost - self._told_lost} journal entries were lost")
                self._told_lost = lost
            self._tell()

    def _tell(self) -> None:
        parts = [self._failure, "the oldest unwritten journal entries are being lost" if self._losing else None]
        self._say("; ".join(part for part in parts if part) or None)

    def _say(self, text: str | None) -> None:
        if text == self._told:
            return
        self._told = text
        try:
            self._post(lambda: self._on_problem(text))
        except RuntimeError:
            # The loop is closed: the program is ending, and nobody is left to be told.
            self._told = None
