"""Reports the store's problem once when it begins, and once when it is over."""

from __future__ import annotations

import threading
from collections.abc import Callable

Post = Callable[[Callable[[], None]], object]
"""Runs a function on the loop's thread: `loop.call_soon_threadsafe`."""
OnProblem = Callable[[str | None], None]
"""Called with one line for a person, or None when all is well."""


class ProblemReporter:
    """Calls `on_problem`, on the loop's thread, with each change of the problem; None when all is well.

    Its methods may be called on any thread.
    """

    def __init__(self, *, post: Post, on_problem: OnProblem) -> None:
        self._post = post
        self._on_problem = on_problem
        self._lock = threading.Lock()
        self._failure: str | None = None
        self._losing = False
        self._reported: str | None = None
        self._reported_lost = 0

    def failing(self, failure: str) -> None:
        """Reports a failure of the disk, one line for a person; the same failure again is not reported."""
        with self._lock:
            self._failure = failure
            self._report_current()

    def losing(self) -> None:
        """Reports that journal entries are being lost; once until `healthy`."""
        with self._lock:
            if not self._losing:
                self._losing = True
                self._report_current()

    def healthy(self, lost: int) -> None:
        """Reports that the disk works, if it did not before.

        `lost` is the number of entries lost since the start; new losses are reported first.
        """
        with self._lock:
            self._failure, self._losing = None, False
            if lost > self._reported_lost:
                self._report(f"{lost - self._reported_lost} journal entries were lost")
                self._reported_lost = lost
            self._report_current()

    def _report_current(self) -> None:
        parts = [self._failure, "the oldest unwritten journal entries are being lost" if self._losing else None]
        self._report("; ".join(part for part in parts if part) or None)

    def _report(self, text: str | None) -> None:
        """Reports a problem, or None for its end, on the loop's thread, if it differs from the last one."""
        if text == self._reported:
            return
        self._reported = text
        try:
            self._post(lambda: self._on_problem(text))
        except RuntimeError:
            # The loop is closed: the program is ending, and there is no receiver left.
            self._reported = None
