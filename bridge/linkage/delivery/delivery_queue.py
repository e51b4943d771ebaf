"""Tries the jobs of one kind, one after the other, until each is done or given up.

One at a time: they go to one server over one uplink, and two that share it are both late. Each try
is bounded by its sender (30 s for a server that says nothing), and what failed is overtaken by
what is new.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bridge.core.facts import ActionEnded, Now
from bridge.errors import ActionFailed, ActionRefused, ContentRefused, StoreError
from bridge.linkage.delivery.due_times import DueTimes
from bridge.linkage.delivery.picture_cache import PictureCache
from bridge.linkage.delivery.retry_policy import PAUSES, REFUSED_PAUSE_S, given_up, in_order, refusal_of
from bridge.linkage.delivery.sender import Delivery, JobSummary, Sender
from bridge.store.job import Job

if TYPE_CHECKING:
    from bridge.store.outbox import Outbox

log = logging.getLogger(__name__)

LONGEST_SLEEP_S = 300.0
"""A store that opened late brings jobs that nobody tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """How a queue stands; `last_error` is None once something worked again."""

    queued: int
    last_ok: datetime | None
    last_error: str | None


class DeliveryQueue:
    """One kind's jobs. `run` has to be a running task.

    `random` gives numbers in [0, 1); `settle` waits until the outbox is on the disk, or the disk has
    failed; `tell` takes each outcome; `changed` is called whenever `state` is another.
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
        tell: Callable[[ActionEnded], None],
        changed: Callable[[], None],
    ) -> None:
        self._sender = sender
        self._outbox = outbox
        self._cache = cache
        self._settle = settle
        self._now = now
        self._random = random
        self._tell = tell
        self._changed = changed
        self._timetable = DueTimes(release_year=release_year)
        self._poked = asyncio.Event()
        self._trying: str | None = None
        self._hopes = 0
        self._failing = False
        self._refusal: str | None = None
        self._last_ok: datetime | None = None
        self._last_error: str | None = None

    @property
    def state(self) -> QueueState:
        """As it is now."""
        return QueueState(queued=len(self._jobs()), last_ok=self._last_ok, last_error=self._last_error)

    def add(self, job: Job, *, held: bool = False) -> None:
        """A new job; a held one is not tried before its `release`."""
        self._outbox.put(job)
        self._timetable.begin(job, self._now(), held=held)
        self._tidy()
        self._poked.set()
        self._changed()

    def update(self, job: Job) -> None:
        """More is known of a job that is held."""
        known = any(each.id == job.id for each in self._jobs())
        self._outbox.put(job)
        if not known:
            self._remove(job)  # it was given up meanwhile, and now its new pictures are too

    def release(self, job_id: str) -> None:
        """A held job may be tried; of any other nothing changes."""
        self._timetable.release(job_id, self._now())
        self._poked.set()

    def retry_now(self) -> None:
        """New settings: what failed or was refused may be taken now."""
        self._hopes += 1
        self._refusal = None
        self._timetable.all_due(self._now())
        self._poked.set()

    async def run(self) -> None:
        """Tries what is due, for ever."""
        self._timetable.adopt(self._jobs(), self._now())
        self._last_error = next((job.last_error for job in reversed(self._jobs()) if job.last_error), None)
        await self._cache.measure()
        while True:
            self._poked.clear()
            self._tidy()
            job = self._timetable.next(self._jobs(), self._now())
            if job is not None:
                await self._try(job)
                continue
            wait_s = self._timetable.wait_s(self._now())
            try:
                async with asyncio.timeout(LONGEST_SLEEP_S if wait_s is None else min(wait_s, LONGEST_SLEEP_S)):
                    await self._poked.wait()
            except TimeoutError:
                continue

    def _jobs(self) -> list[Job]:
        return in_order([job for job in self._outbox.jobs() if job.kind == self._sender.kind])

    def _idle_jobs(self) -> list[Job]:
        """All but the one that is being tried: what becomes of that is decided when the try is over."""
        return [job for job in self._jobs() if job.id != self._trying]

    def _tidy(self) -> None:
        """Before each choice, and with each new job: jobs turned up, a clock was set, some have to be given up."""
        now = self._now()
        self._timetable.adopt(self._jobs(), now)
        if self._timetable.clock_was_set(now):
            for job in self._jobs():
                self._outbox.put(self._timetable.dated(job, now))
        for job, why in given_up(
            self._idle_jobs(),
            age_s=lambda job: self._timetable.age_s(job, now),
            size_bytes=lambda job: self._cache.size_bytes(job.pictures),
        ):
            self._give_up(job, f"{why}; last: {job.last_error}" if job.last_error else why)

    async def _try(self, job: Job) -> None:
        hopes, self._trying = self._hopes, job.id
        done: list[Delivery] = []

        def delivered(tried: Delivery) -> None:
            done.append(tried)
            self._went(job, tried)

        try:
            if job.attempts == 0:
                await self._settle()
            await self._sender.attempt(job, delivered)
        except Exception as error:
            if done:  # not for a goodbye is it done again
                log.exception("%s: a fault inside, after it was done", self._sender.kind)
            else:
                self._fell_short(job, error, hopes)
        finally:
            self._trying = None

    def _fell_short(self, job: Job, error: Exception, hopes: int) -> None:
        match error:
            case StoreError():
                self._give_up(job, str(error))
            case ContentRefused():
                self._refused_content(job, str(error))
            case ActionRefused():
                self._refused(job, str(error), hopes)
            case ActionFailed():
                self._failed(job, str(error), hopes)
            case _:
                # One job that cannot be done must not keep the others from being tried.
                log.error("%s: a fault inside", self._sender.kind, exc_info=error)
                self._failed(job, f"fault inside: {type(error).__name__}", hopes)

    def _went(self, job: Job, tried: Delivery) -> None:
        now = self._now()
        self._last_ok, self._last_error = now.local, tried.note
        if self._failing or self._timetable.is_closed:
            # The server is back, or has changed its mind: what it kept waiting may go as well.
            self._timetable.all_due(now)
        self._failing, self._refusal = False, None
        if tried.left is None:
            self._remove(job)
        else:
            left = replace(tried.left, attempts=job.attempts + 1, last_error=tried.note)
            self._put_off(left, PAUSES.wait_s(left.attempts, self._random()))
        self._say(job, self._sender.done, tried.note, path=tried.path, held_back=tried.held_back)

    def _failed(self, job: Job, error: str, hopes: int) -> None:
        self._failing = True
        pause = PAUSES.wait_s(job.attempts + 1, self._random()) if hopes == self._hopes else 0.0
        self._again(job, "failed", error, pause)

    def _refused(self, job: Job, error: str, hopes: int) -> None:
        """The second job that hears the same is no chance: it is the server, or the settings."""
        self._again(job, "refused", error, REFUSED_PAUSE_S if hopes == self._hopes else 0.0)
        same, self._refusal = self._refusal == refusal_of(error), refusal_of(error)
        if same and hopes == self._hopes:
            self._timetable.close(self._now().monotonic + REFUSED_PAUSE_S)

    def _refused_content(self, job: Job, error: str) -> None:
        """Other jobs may be taken, and this one too, with less in it."""
        lighter = self._sender.reduced(job, error)
        if lighter is None:
            self._again(job, "refused", error, REFUSED_PAUSE_S)
        else:
            self._again(lighter, "refused", error, 0.0)

    def _again(self, job: Job, reason: str, error: str, seconds: float) -> None:
        """Another try later; the same error again is not told again."""
        told = job.last_error == error
        self._put_off(replace(job, attempts=job.attempts + 1, last_error=error), seconds)
        log.log(logging.DEBUG if told else logging.WARNING, "%s: %s", self._sender.kind, error)
        self._last_error = error
        if told:
            self._changed()
        else:
            self._say(job, reason, error)

    def _put_off(self, job: Job, seconds: float) -> None:
        now = self._now()
        self._timetable.put_off(job.id, now.monotonic + seconds)
        self._outbox.put(self._timetable.dated(job, now))

    def _give_up(self, job: Job, why: str) -> None:
        heir = self._sender.merge_into(job, [each for each in self._idle_jobs() if each.id != job.id])
        if heir is not None:
            self._outbox.put(heir)
        self._last_error = why
        log.warning("%s given up: %s", self._sender.kind, why)
        # What it was to tell of alarms before it, and no other will, stands in the journal.
        self._say(job, "dropped", why, held_back=None if heir else self._terms(job).held_back)
        self._remove(job)
        self._changed()

    def _remove(self, job: Job) -> None:
        self._outbox.remove(job.id)
        self._cache.release(job.pictures, in_use={name for each in self._outbox.jobs() for name in each.pictures})

    def _terms(self, job: Job) -> JobSummary:
        try:
            return self._sender.terms(job)
        except StoreError:
            return JobSummary()

    def _say(
        self, job: Job, reason: str, error: str | None, *, path: str | None = None, held_back: int | None = None
    ) -> None:
        terms = self._terms(job)
        self._tell(
            ActionEnded(
                kind=job.kind,
                reason=reason,
                input=terms.input,
                by=terms.by,
                error=error,
                path=path,
                seconds=self._timetable.age_s(job, self._now()),
                held_back=held_back or None,
            )
        )
        self._changed()
