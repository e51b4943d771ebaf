"""A queue with a sender that does what a test says, in virtual time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.core.facts import ActionEnded, Now
from bridge.errors import StoreError
from bridge.linkage.delivery.delivery_queue import DeliveryQueue
from bridge.linkage.delivery.picture_cache import PictureCache
from bridge.linkage.delivery.sender import Delivery, JobSummary
from bridge.store.job import Job
from bridge.store.outbox import Outbox
from bridge.store.outbox_pictures import Pictures
from bridge.store.writer.handover import Handover
from bridge.store.writer.memory import Memory

BEGIN = datetime(2026, 11, 1, 12, tzinfo=UTC)
NOBODY = Path("/nonexistent")
HOUR = 3600.0

Answer = Delivery | Exception


@dataclass
class ScriptedCarrier:
    """`answer` says how each try goes; `lasts_s` how long it takes. `tries` are (seconds since the begin, job id)."""

    kind: str = "email"
    done: str = "sent"
    answer: Callable[[Job], Answer] = lambda _: Delivery()
    lasts_s: float = 0.0
    tries: list[tuple[float, str]] = field(default_factory=list)
    began: float = 0.0
    goodbye: Callable[[], Awaitable[None]] = lambda: asyncio.sleep(0)
    goodbyes: int = 0

    async def attempt(self, job: Job, went: Callable[[Delivery], None]) -> None:
        self.tries.append((round(asyncio.get_running_loop().time() - self.began, 3), job.id))
        await asyncio.sleep(self.lasts_s)
        answer = self.answer(job)
        if isinstance(answer, Exception):
            raise answer
        went(answer)
        self.goodbyes += 1
        await self.goodbye()

    def summary(self, job: Job) -> JobSummary:
        if job.body == "unreadable":
            message = "a job of the outbox cannot be read"
            raise StoreError(message)
        return JobSummary(input="door", held_back=job.body.count("held"))

    def reduced(self, job: Job, refusal: str) -> Job | None:
        del refusal
        return replace(job, body="") if job.body == "heavy" else None

    def merge_into(self, dropped: Job, others: Sequence[Job]) -> Job | None:
        if dropped.body == "unreadable" or not others:
            return None
        return replace(others[0], body=others[0].body + dropped.body + "held")


class Office:
    """One kind's worker, outbox and clocks; `outbox` outlives `run`, as the disk does."""

    def __init__(
        self, *, outbox: Outbox | None = None, cache: PictureCache | None = None, wall: datetime = BEGIN
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.outbox = outbox or Outbox(Handover(Memory()), Pictures(NOBODY))
        self.cache = cache or PictureCache(None, memory_bytes=1 << 30)
        self.sender = ScriptedCarrier(began=self.loop.time())
        self.told: list[ActionEnded] = []
        self.settled = self.changes = 0
        self.chance = 0.0
        self._wall = wall - timedelta(seconds=self.loop.time())
        self._numbers = itertools.count(1)
        self.worker = DeliveryQueue(
            self.sender,
            outbox=self.outbox,
            cache=self.cache,
            settle=self._settle,
            now=self.now,
            random=lambda: self.chance,
            release_year=2026,
            report=self.told.append,
            changed=self._change,
        )

    def now(self) -> Now:
        return Now(monotonic=self.loop.time(), local=self._wall + timedelta(seconds=self.loop.time()))

    def set_clock(self, **step: float) -> None:
        self._wall += timedelta(**step)

    def job(self, body: str = "", **fields: object) -> Job:
        number = next(self._numbers)
        now = self.now().local
        job = Job(id=f"email-{number}-1", kind="email", seq=number, created=now, due=now, body=body)
        return replace(job, **fields)  # type: ignore[arg-type]

    def add(self, body: str = "", *, held: bool = False, **fields: object) -> Job:
        job = self.job(body, **fields)
        self.worker.add(job, held=held)
        return job

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Office]:
        task = asyncio.create_task(self.worker.run())
        try:
            yield self
            assert not task.done(), task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def waiting(self) -> list[str]:
        return [job.id for job in self.outbox.jobs()]

    @property
    def ends(self) -> list[str]:
        return [ended.reason for ended in self.told]

    @property
    def instants(self) -> list[float]:
        return [at for at, _ in self.sender.tries]

    async def _settle(self) -> None:
        self.settled += 1

    def _change(self) -> None:
        self.changes += 1
