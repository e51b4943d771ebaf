"""Tries the jobs of one kind, one after the other, until each is done or given up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bridge.core.facts import ActionEnded
from bridge.errors import ActionFailed, ActionRefused, StoreError
from bridge.linkage.patience import LONGEST_PAUSE_S, MOST_BYTES, given_up, pause_s, set_right
from bridge.store.jobs import Job
from bridge.store.outbox import Outbox

log = logging.getLogger(__name__)

LONGEST_SLEEP_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How a try went: `left` is what remains to be done, `note` what was wrong with a part of it."""

    left: Job | None = None
    path: str | None = None
    held_back: int | None = None
    note: str | None = None


class Carrier(Protocol):
    """Does one try of one job of a kind."""

    kind: str
    done: str
    """The word for a job that is done: `sent`, `uploaded`."""

    async def attempt(self, job: Job) -> Tried:
        """Raises ActionFailed, ActionRefused, or StoreError for a job that cannot be read."""

    def terms(self, job: Job) -> tuple[str | None, str | None]:
        """Of a job: its input, and who asked for it; for the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState:
    """How a queue stands; `last_error` is None once something worked again."""

    queued: int
    last_ok: datetime | None
    last_error: str | None


class Worker:
    """One kind's jobs. `run` has to be a running task.

    `now` is wall time; `random` gives numbers in [0, 1); `settle` waits until the outbox is on the
    disk; `tell` takes each outcome; `changed` is called whenever `state` is another.
    """

    def __init__(
        self,
        carrier: Carrier,
        *,
        outbox: Outbox,
        settle: Callable[[], Awaitable[object]],
        now: Callable[[], datetime],
        random: Callable[[], float],
        release_year: int,
        tell: Callable[[ActionEnded], None],
        changed: Callable[[], None],
    ) -> None:
        self._carrier = carrier
        self._outbox = outbox
        self._settle = settle
        self._now = now
        self._random = random
        self._release_year = release_year
        self._tell = tell
        self._changed = changed
        self._poked = asyncio.Event()
        self._last_ok: datetime | None = None
        self._last_error: str | None = None
        self._refusal: str | None = None
        self._closed_until: datetime | None = None

    @property
    def state(self) -> QueueState:
        """As it is now."""
        return QueueState(queued=len(self._jobs()), last_ok=self._last_ok, last_error=self._last_error)

    def add(self, job: Job) -> None:
        """A new job, or what is to be known more of one."""
        self._outbox.put(job)
        self.poke()
        self._changed()

    def poke(self, *, hopeful: bool = False) -> None:
        """Looks at the queue now; `hopeful`: what was refused before may be taken (new settings)."""
        if hopeful:
            self._closed_until = self._refusal = None
            for job in self._jobs():
                if job.attempts:
                    self._outbox.put(replace(job, due=self._now()))
        self._poked.set()

    async def run(self) -> None:
        """Tries what is due, for ever."""
        for job in self._jobs():
            self._outbox.put(set_right(job, self._now(), release_year=self._release_year))
        while True:
            self._poked.clear()
            await self._drop()
            due = self._next()
            if due is not None and self._wait_s(due) <= 0:
                await self._try(due)
                continue
            try:
                async with asyncio.timeout(LONGEST_SLEEP_S if due is None else self._wait_s(due)):
                    await self._poked.wait()
            except TimeoutError:
                continue

    def _jobs(self) -> list[Job]:
        return [job for job in self._outbox.jobs() if job.kind == self._carrier.kind]

    def _next(self) -> Job | None:
        return min(self._jobs(), key=lambda job: job.due, default=None)

    def _wait_s(self, job: Job) -> float:
        due = job.due if self._closed_until is None else max(job.due, self._closed_until)
        return min((due - self._now()).total_seconds(), LONGEST_PAUSE_S * 1.25)

    async def _try(self, job: Job) -> None:
        if job.attempts == 0:
            await self._settle()
        try:
            tried = await self._carrier.attempt(job)
        except StoreError as error:
            self._give_up(job, str(error))
        except ActionRefused as refused:
            self._again(job, "refused", str(refused), LONGEST_PAUSE_S)
            # The second job that hears the same is no chance: it is the server, or the settings.
            if self._refusal == str(refused):
                self._closed_until = self._now() + timedelta(seconds=LONGEST_PAUSE_S)
            self._refusal = str(refused)
        except ActionFailed as failed:
            self._again(job, "failed", str(failed), pause_s(job.attempts + 1, self._random()))
        else:
            self._went(job, tried)

    def _went(self, job: Job, tried: Tried) -> None:
        self._last_ok, self._last_error = self._now(), tried.note
        self._refusal = self._closed_until = None
        if tried.left is None:
            self._outbox.remove(job.id)
        else:
            due = self._now() + timedelta(seconds=pause_s(job.attempts + 1, self._random()))
            self._outbox.put(replace(tried.left, attempts=job.attempts + 1, due=due))
        self._say(job, self._carrier.done, tried.note, path=tried.path, held_back=tried.held_back)

    def _again(self, job: Job, reason: str, error: str, seconds: float) -> None:
        """Another try later; the same error again is not told again."""
        due = self._now() + timedelta(seconds=seconds)
        self._outbox.put(replace(job, attempts=job.attempts + 1, last_error=error, due=due))
        log.log(logging.DEBUG if job.last_error == error else logging.WARNING, "%s: %s", self._carrier.kind, error)
        self._last_error = error
        if job.last_error == error:
            self._changed()
        else:
            self._say(job, reason, error)

    async def _drop(self) -> None:
        jobs = self._jobs()
        for job, why in given_up(jobs, self._now()):
            self._give_up(job, f"{why}; last: {job.last_error}" if job.last_error else why)
        left = [job for job in self._jobs() if job.pictures]
        if len(left) > 1 and await asyncio.to_thread(self._outbox.pictures.size_bytes) > MOST_BYTES:
            self._give_up(left[0], f"pictures that wait take more than {MOST_BYTES // 1_000_000} MB")

    def _give_up(self, job: Job, why: str) -> None:
        self._outbox.remove(job.id)
        self._last_error = why
        log.warning("%s given up: %s", self._carrier.kind, why)
        self._say(job, "dropped", why)

    def _say(
        self, job: Job, reason: str, error: str | None, *, path: str | None = None, held_back: int | None = None
    ) -> None:
        try:
            source, by = self._carrier.terms(job)
        except StoreError:
            source = by = None
        seconds = (self._now() - job.created).total_seconds()
        self._tell(
            ActionEnded(
                kind=job.kind,
                reason=reason,
                input=source,
                by=by,
                error=error,
                path=path,
                seconds=seconds,
                held_back=held_back,
            )
        )
        self._changed()
