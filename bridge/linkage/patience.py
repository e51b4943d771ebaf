"""When a job is tried again, and when it is given up (`behaviour.md` 7); pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bridge.store.jobs import Job

FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 900.0
LONGEST_LIFE = timedelta(hours=24)
MOST_JOBS = 50
MOST_BYTES = 200_000_000


def pause_s(attempts: int, chance: float) -> float:
    """Seconds until the next try after so many failed ones: doubling, with up to a quarter of jitter.

    `chance` is a random number in [0, 1).
    """
    return float(min(FIRST_PAUSE_S * 2 ** min(attempts - 1, 10), LONGEST_PAUSE_S) * (1 + chance / 4))


def given_up(jobs: Sequence[Job], now: datetime) -> list[tuple[Job, str]]:
    """Jobs, of all those of one kind and oldest first, that are dropped now, and why."""
    too_old = [(job, "not delivered within 24 hours") for job in jobs if now - job.created > LONGEST_LIFE]
    young = [job for job in jobs if now - job.created <= LONGEST_LIFE]
    too_many = [(job, f"more than {MOST_JOBS} wait") for job in young[: max(len(young) - MOST_JOBS, 0)]]
    return too_old + too_many


def set_right(job: Job, now: datetime, *, release_year: int) -> Job:
    """A job from before the clock was set, or due in a future that a wrong clock saw, as of now."""
    latest = now + timedelta(seconds=LONGEST_PAUSE_S * 1.25)
    created = now if job.created.year < release_year <= now.year or job.created > now + LONGEST_LIFE else job.created
    return replace(job, created=created, due=min(job.due, latest))
