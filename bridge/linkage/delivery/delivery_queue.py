"""Tries the jobs of one kind, one after the other, until each is delivered or given up.

One at a time: they go to one server over one uplink, and two that share it are both late. Each try
is bounded by its sender (30 s for a silent server), and new jobs overtake failed ones.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bridge.core.facts import ActionEnded, Now
from bridge.errors import ActionFailed, ActionRefused, ContentRefused, NothingToSend, StoreError
from bridge.linkage.delivery.due_times import DueTimes
from bridge.linkage.delivery.picture_cache import PictureCache
from bridge.linkage.delivery.retry_policy import PAUSES, REFUSED_PAUSE_S, given_up, in_order, refusal_of
from bridge.linkage.delivery.sender import Delivery, JobSummary, Sender
from bridge.store.job import Job

if TYPE_CHECKING:
    from bridge.store.outbox import Outbox

log = logging.getLogger(__name__)

LONGEST_SLEEP_S = 300.0
"""Limit of a sleep: a store that opened late has jobs that were not added here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """State of a queue, for the status; `last_error` is None after a success."""

    queued: int
    last_ok: datetime | None
    last_error: str | None


class DeliveryQueue:
    """The jobs of one kind; the caller keeps `run` running as a task.

    `random()` is a number in [0, 1); `settle` waits until the outbox is on the disk, or the disk has failed; `report`
    gets each outcome; `changed` is called when `state` changes.
    """

    def __init__(  # noqa: PLR0913 - each is one thing that it uses, by its name
        self,
        sender: Sender,
        *,
        outbox: Outbox,
        cache: PictureCache,
        settle: Callable[[], Awaitable[object]],
        now: Callable[[], Now],
        random: Callable[[], float],
        release_year: int,
        report: Callable[[ActionEnded], None],
        changed: Callable[[], None],
    ) -> None:
        self._sender = sender
        self._outbox = outbox
        self._cache = cache
        self._settle = settle
        self._now = now
        self._random = random
        self._report = report
        self._changed = changed
        self._due_times = DueTimes(release_year=release_year)
        self._wake = asyncio.Event()
        self._trying: str | None = None
        self._retries = 0
        """Calls of `retry_now`: a job whose try began before one is due again at once."""
        self._failing = False
        self._refusal: str | None = None
        self._last_ok: datetime | None = None
        self._last_error: str | None = None

    @property
    def state(self) -> QueueState:
        """The present state."""
        return QueueState(queued=len(self._jobs()), last_ok=self._last_ok, last_error=self._last_error)

    def add(self, job: Job, *, held: bool = False) -> None:
        """Adds a new job; a held job is not tried before its `release`."""
        self._outbox.put(job)
        self._due_times.begin(job, self._now(), held=held)
        self._tidy()
        self._wake.set()
        self._changed()

    def update(self, job: Job) -> None:
        """Replaces a held job by a version with more in it; a job that was given up meanwhile stays removed."""
        known = any(each.id == job.id for each in self._jobs())
        self._outbox.put(job)
        if not known:
            self._remove(job)  # it was given up meanwhile, and now its new pictures are too

    def release(self, job_id: str) -> None:
        """Makes a held job due; any other job, or an unknown one, stays as it is."""
        self._due_times.release(job_id, self._now())
        self._wake.set()

    def abandon(self, job: Job, why: str) -> None:
        """Removes a job that has nothing to deliver, and reports it as failed, if it is not gone already."""
        if any(each.id == job.id for each in self._jobs()):
            self._last_error = why
            self._report_end(job, "failed", why)
            self._remove(job)
            self._changed()

    def retry_now(self) -> None:
        """Makes all jobs due now, except held ones; called after new settings, by which a server may accept them."""
        self._retries += 1
        self._refusal = None
        self._due_times.all_due(self._now())
        self._wake.set()

    async def run(self) -> None:
        """Tries due jobs, one after the other, until cancelled."""
        self._due_times.adopt(self._jobs(), self._now())
        self._last_error = next((job.last_error for job in reversed(self._jobs()) if job.last_error), None)
        await self._cache.measure()
        while True:
            self._wake.clear()
            self._tidy()
            job = self._due_times.next(self._jobs(), self._now())
            if job is not None:
                await self._try(job)
                continue
            wait_s = self._due_times.wait_s(self._now())
            try:
                async with asyncio.timeout(LONGEST_SLEEP_S if wait_s is None else min(wait_s, LONGEST_SLEEP_S)):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _jobs(self) -> list[Job]:
        """Returns the jobs of this kind in the outbox, the oldest first."""
        return in_order([job for job in self._outbox.jobs() if job.kind == self._sender.kind])

    def _idle_jobs(self) -> list[Job]:
        """Returns all jobs but the one that is being tried: the end of the try decides on that."""
        return [job for job in self._jobs() if job.id != self._trying]

    def _tidy(self) -> None:
        """Adopts jobs of the store, dates jobs anew after a step of the clock, gives up old and surplus jobs."""
        now = self._now()
        self._due_times.adopt(self._jobs(), now)
        if self._due_times.clock_was_set(now):
            for job in self._jobs():
                self._outbox.put(self._due_times.dated(job, now))
        for job, why in given_up(
            self._idle_jobs(),
            age_s=lambda job: self._due_times.age_s(job, now),
            size_bytes=lambda job: self._cache.size_bytes(job.pictures),
        ):
            self._give_up(job, f"{why}; last: {job.last_error}" if job.last_error else why)

    async def _try(self, job: Job) -> None:
        """Makes one try of a job, and handles its outcome; raises nothing."""
        retries, self._trying = self._retries, job.id
        done: list[Delivery] = []

        def delivered(tried: Delivery) -> None:
            done.append(tried)
            self._delivered(job, tried)

        try:
            if job.attempts == 0:
                await self._settle()
            await self._sender.attempt(job, delivered)
        except Exception as error:
            if done:  # the error came after the delivery: no second one
                log.exception("%s: a fault inside, after it was done", self._sender.kind)
            else:
                self._not_delivered(job, error, retries)
        finally:
            self._trying = None

    def _not_delivered(self, job: Job, error: Exception, retries: int) -> None:
        """Handles the error of a try: gives the job up, or puts it off."""
        match error:
            case NothingToSend():
                self.abandon(job, str(error))
            case StoreError():
                self._give_up(job, str(error))
            case ContentRefused():
                self._refused_content(job, str(error))
            case ActionRefused():
                self._refused(job, str(error), retries)
            case ActionFailed():
                self._failed(job, str(error), retries)
            case _:
                # One job that cannot be done must not keep the others from being tried.
                log.error("%s: a fault inside", self._sender.kind, exc_info=error)
                self._failed(job, f"fault inside: {type(error).__name__}", retries)

    def _delivered(self, job: Job, tried: Delivery) -> None:
        """Reports a delivery. Removes the job, or puts the rest of it off."""
        now = self._now()
        self._last_ok, self._last_error = now.local, tried.note
        if self._failing or self._due_times.is_closed:
            # The server is back, or accepts again: it may accept the other jobs as well.
            self._due_times.all_due(now)
        self._failing, self._refusal = False, None
        self._report_end(job, self._sender.done, tried.note, path=tried.path, held_back=tried.held_back)
        if tried.left is None:
            self._remove(job)
        else:
            left = replace(tried.left, attempts=job.attempts + 1, last_error=tried.note)
            self._put_off(left, PAUSES.wait_s(left.attempts, self._random()))
        self._changed()

    def _failed(self, job: Job, error: str, retries: int) -> None:
        """Puts a failed job off, with longer pauses each time; `retries` is the count at the begin of its try."""
        self._failing = True
        pause = PAUSES.wait_s(job.attempts + 1, self._random()) if retries == self._retries else 0.0
        self._again(job, "failed", error, pause)

    def _refused(self, job: Job, error: str, retries: int) -> None:
        """Puts a refused job off; closes the queue if a second job gets the same refusal.

        The reason lies then with the server or the settings, and no other job has a chance.
        """
        self._again(job, "refused", error, REFUSED_PAUSE_S if retries == self._retries else 0.0)
        same, self._refusal = self._refusal == refusal_of(error), refusal_of(error)
        if same and retries == self._retries:
            self._due_times.close(self._now().monotonic + REFUSED_PAUSE_S)

    def _refused_content(self, job: Job, error: str) -> None:
        """Tries a job again at once with less content, or puts it off if nothing can be left out."""
        reduced = self._sender.reduced(job, error)
        if reduced is None:
            self._again(job, "refused", error, REFUSED_PAUSE_S)
        else:
            self._again(reduced, "refused", error, 0.0)

    def _again(self, job: Job, reason: str, error: str, seconds: float) -> None:
        """Puts a job off for `seconds`, and reports its error; the same error as before is not reported again."""
        repeated = job.last_error == error
        self._put_off(replace(job, attempts=job.attempts + 1, last_error=error), seconds)
        log.log(logging.DEBUG if repeated else logging.WARNING, "%s: %s", self._sender.kind, error)
        self._last_error = error
        if repeated:
            self._changed()
        else:
            self._report_end(job, reason, error)

    def _put_off(self, job: Job, seconds: float) -> None:
        """Stores a job as due in `seconds`."""
        now = self._now()
        self._due_times.put_off(job.id, now.monotonic + seconds)
        self._outbox.put(self._due_times.dated(job, now))

    def _give_up(self, job: Job, why: str) -> None:
        """Reports a job as dropped and removes it; another job carries its report if one can."""
        merged = self._sender.merge_into(job, [each for each in self._idle_jobs() if each.id != job.id])
        if merged is not None:
            self._outbox.put(merged)
        self._last_error = why
        log.warning("%s given up: %s", self._sender.kind, why)
        # Held-back alarms that no other mail will report are counted in the entry of the journal.
        self._report_end(job, "dropped", why, held_back=None if merged else self._summary(job).held_back)
        self._remove(job)
        self._changed()

    def _remove(self, job: Job) -> None:
        """Removes a job that needs no further report, and its pictures."""
        self._outbox.close(job.id)
        self._cache.release(job.pictures, in_use={name for each in self._outbox.jobs() for name in each.pictures})

    def _summary(self, job: Job) -> JobSummary:
        """Returns the fields of a job for the journal; empty ones for a job that cannot be read."""
        try:
            return self._sender.summary(job)
        except StoreError:
            return JobSummary()

    def _report_end(
        self, job: Job, reason: str, error: str | None, *, path: str | None = None, held_back: int | None = None
    ) -> None:
        summary = self._summary(job)
        self._report(
            ActionEnded(
                kind=job.kind,
                reason=reason,
                input=summary.input,
                by=summary.by,
                error=error,
                path=path,
                seconds=self._due_times.age_s(job, self._now()),
                held_back=held_back or None,
                alarm=summary.alarm,
            )
        )
        self._changed()
