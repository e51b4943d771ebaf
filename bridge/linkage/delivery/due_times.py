"""Due times and ages of the jobs of one kind, independent of the wall clock; pure.

All times are on the monotonic clock: a device without a battery makes its first mails in the year it
was built in, and once its clock is set they are seconds old and not years. Wall times only carry
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
    """Due times of one queue. A clock whose year is before `release_year` is not set."""

    def __init__(self, *, release_year: int) -> None:
        self._release_year = release_year
        self._times: dict[str, _Times] = {}
        self._closed_until = -math.inf
        self._offset: float | None = None

    def begin(self, job: Job, now: Now, *, held: bool = False) -> None:
        """Adds a new job, due now; a held job is due once it is released."""
        self._times[job.id] = _Times(born=now.monotonic, due=math.inf if held else now.monotonic)

    def adopt(self, jobs: Iterable[Job], now: Now) -> None:
        """Adds jobs of an earlier run, and forgets jobs that are gone.

        A job that was never tried is due at once: the task that took its pictures is gone. A job that failed keeps its
        pause, so that a program that restarts again and again does not hammer a server; but at most the longest pause,
        for a wrong clock may have dated it.
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
        """Makes a known job due at the instant `until` (monotonic)."""
        self._times[job_id].due = until

    def release(self, job_id: str, now: Now) -> None:
        """Makes a held job due now; any other job, or an unknown one, stays as it is."""
        times = self._times.get(job_id)
        if times is not None and times.due == math.inf:
            times.due = now.monotonic

    def all_due(self, now: Now) -> None:
        """Makes every job due now, except held ones, and undoes `close`: the server is reachable again."""
        self._closed_until = -math.inf
        for times in self._times.values():
            if times.due != math.inf:
                times.due = min(times.due, now.monotonic)

    def close(self, until: float) -> None:
        """Makes no job due before the instant `until` (monotonic), or before `all_due`."""
        self._closed_until = until

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called since the last `all_due`."""
        return self._closed_until > -math.inf

    def age_s(self, job: Job, now: Now) -> float:
        """Returns the age in seconds of a job that was begun or adopted."""
        return now.monotonic - self._times[job.id].born

    def next(self, jobs: Collection[Job], now: Now) -> Job | None:
        """Returns the job to try now, or None if none is due. `jobs` are known, and `in_order`.

        New jobs come first: the mail of an alarm does not wait behind failed ones.
        """
        if now.monotonic < self._closed_until:
            return None
        due = [job for job in jobs if self._times[job.id].due <= now.monotonic]
        return min(due, key=lambda job: job.attempts > 0, default=None)

    def wait_s(self, now: Now) -> float | None:
        """Returns the seconds until a job is due; None if all are held, or there is none."""
        first = min((times.due for times in self._times.values()), default=math.inf)
        first = max(first, self._closed_until)
        return None if first == math.inf else max(first - now.monotonic, 0.0)

    def dated(self, job: Job, now: Now) -> Job:
        """Returns the known job with its times converted to the present wall clock, for a restart.

        A held one is due now.
        """
        times = self._times[job.id]
        due = now.monotonic if times.due == math.inf else times.due
        return replace(
            job,
            created=now.local + timedelta(seconds=times.born - now.monotonic),
            due=now.local + timedelta(seconds=due - now.monotonic),
        )

    def clock_was_set(self, now: Now) -> bool:
        """Returns whether the wall clock was stepped since the last call; the caller then dates all jobs anew.

        False in the first call.
        """
        before, self._offset = self._offset, now.local.timestamp() - now.monotonic
        return before is not None and abs(self._offset - before) > STEP_S

    def _age_before_s(self, job: Job, now: Now) -> float:
        """Returns the age in seconds of a job when it is adopted; 0 if the clock was not set, then or now."""
        if job.created.year < self._release_year or now.local.year < self._release_year:
            return 0.0
        return max((now.local - job.created).total_seconds(), 0.0)
