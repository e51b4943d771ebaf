"""When the jobs of one kind are due, and how old they are, whatever becomes of the wall clock; pure.

Here all is on the monotonic clock: a device without a battery makes its first mails in the year it
was built in, and when its clock is set they are seconds old and not years. Wall times only bring
jobs over a restart.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from bridge.core.facts import Now
from bridge.linkage.delivery.retry_policy import PAUSES
from bridge.runtime.clock import STEP_S
from bridge.store.job import Job

LONGEST_DUE_S = PAUSES.longest_s * PAUSES.most


@dataclass(slots=True, kw_only=True)
class _Times:
    born: float
    due: float


class DueTimes:
    """One queue's. `release_year` tells a clock that is not set (its year is before)."""

    def __init__(self, *, release_year: int) -> None:
        self._release_year = release_year
        self._times: dict[str, _Times] = {}
        self._closed_until = -math.inf
        self._offset: float | None = None

    def begin(self, job: Job, now: Now, *, held: bool = False) -> None:
        """A new job, due now, or when it is released."""
        self._times[job.id] = _Times(born=now.monotonic, due=math.inf if held else now.monotonic)

    def adopt(self, jobs: Iterable[Job], now: Now) -> None:
        """Jobs that an earlier run left are taken in; those that are gone are forgotten.

        One that was never tried is due at once: whoever was to bring its pictures is gone. One that
        failed keeps its pause, so that a program that begins again and again hammers nobody; but
        never a longer one than a pause can be, for a wrong clock may have dated it.
        """
        jobs = tuple(jobs)
        for job in jobs:
            if job.id not in self._times:
                pause_s = (job.due - now.local).total_seconds() if job.attempts else 0.0
                self._times[job.id] = _Times(
                    born=now.monotonic - self._age_before_s(job, now),
                    due=now.monotonic + min(max(pause_s, 0.0), LONGEST_DUE_S),
                )
        for gone in self._times.keys() - {job.id for job in jobs}:
            del self._times[gone]

    def put_off(self, job_id: str, until: float) -> None:
        """Not before this instant."""
        self._times[job_id].due = until

    def release(self, job_id: str, now: Now) -> None:
        """What it was held for is there."""
        times = self._times.get(job_id)
        if times is not None and times.due == math.inf:
            times.due = now.monotonic

    def all_due(self, now: Now) -> None:
        """There is new hope: nothing waits any longer, but what is held."""
        self._closed_until = -math.inf
        for times in self._times.values():
            if times.due != math.inf:
                times.due = min(times.due, now.monotonic)

    def close(self, until: float) -> None:
        """None of all is due before this instant."""
        self._closed_until = until

    @property
    def is_closed(self) -> bool:
        """Whether `close` was the last word."""
        return self._closed_until > -math.inf

    def age_s(self, job: Job, now: Now) -> float:
        """Of a job that was met or begun."""
        return now.monotonic - self._times[job.id].born

    def next(self, jobs: Collection[Job], now: Now) -> Job | None:
        """The one to be tried now, of those `in_order`, or None.

        New ones come first: news of an alarm does not wait behind what failed before.
        """
        if now.monotonic < self._closed_until:
            return None
        due = [job for job in jobs if self._times[job.id].due <= now.monotonic]
        return min(due, key=lambda job: job.attempts > 0, default=None)

    def wait_s(self, now: Now) -> float | None:
        """How long until one is due; None when none will be by itself."""
        first = min((times.due for times in self._times.values()), default=math.inf)
        first = max(first, self._closed_until)
        return None if first == math.inf else max(first - now.monotonic, 0.0)

    def dated(self, job: Job, now: Now) -> Job:
        """The job with wall times that a restart can begin from, by what the clock says now."""
        times = self._times[job.id]
        due = now.monotonic if times.due == math.inf else times.due
        return replace(
            job,
            created=now.local + timedelta(seconds=times.born - now.monotonic),
            due=now.local + timedelta(seconds=due - now.monotonic),
        )

    def clock_was_set(self, now: Now) -> bool:
        """Whether the wall clock jumped since this was asked last: then all jobs are to be `dated` anew."""
        before, self._offset = self._offset, now.local.timestamp() - now.monotonic
        return before is not None and abs(self._offset - before) > STEP_S

    def _age_before_s(self, job: Job, now: Now) -> float:
        """How old it was when this run began; nothing, where either clock was not set."""
        if job.created.year < self._release_year or now.local.year < self._release_year:
            return 0.0
        return max((now.local - job.created).total_seconds(), 0.0)
