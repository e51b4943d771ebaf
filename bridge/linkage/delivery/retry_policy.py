"""Pauses between tries, and limits at which jobs are given up (`behaviour.md` 7); pure.

`delivery_queue.py` decides which error leads to which of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bridge.store.job import Job
from bridge.system.backoff import Backoff

PAUSES = Backoff(first_s=30.0, longest_s=900.0, most=1.25)
"""Between the tries of a failed job."""
REFUSED_PAUSE_S = 900.0
LONGEST_LIFE_S = 24 * 3600.0
MOST_JOBS = 50
MOST_BYTES = 100_000_000
"""Pictures of one kind's jobs; one that mail and upload share counts in both."""

_CODE = re.compile(r".*?(?<!\S)[45]\d\d\b", re.DOTALL)
"""The server's code is a word of its own: `mx:587` before it is a port."""


def in_order(jobs: Sequence[Job]) -> list[Job]:
    """Returns the jobs oldest first, by the numbers of their alarms, since a clock that is set disorders wall times."""
    return sorted(jobs, key=lambda job: (job.seq, len(job.id), job.id))


def given_up(
    jobs: Sequence[Job], *, age_s: Callable[[Job], float], size_bytes: Callable[[Job], int]
) -> list[tuple[Job, str]]:
    """Returns the jobs to drop, each with the reason. `jobs` are all of one kind, `in_order`.

    Dropped are jobs above the limits of age, number and size, the oldest first. The newest job is never dropped for its
    size: no report of the alarm would be left.
    """
    gone = [(job, "not delivered within 24 hours") for job in jobs if age_s(job) > LONGEST_LIFE_S]
    young = [job for job in jobs if age_s(job) <= LONGEST_LIFE_S]
    surplus = max(len(young) - MOST_JOBS, 0)
    gone += [(job, f"more than {MOST_JOBS} wait") for job in young[:surplus]]
    left = young[surplus:]
    total = sum(size_bytes(job) for job in left)
    for job in left[:-1]:
        if total <= MOST_BYTES:
            break
        if size_bytes(job):
            total -= size_bytes(job)
            gone.append((job, f"pictures that wait take more than {MOST_BYTES // 1_000_000} MB"))
    return gone


def refusal_of(text: str) -> str:
    """Returns the part of a refusal's text that is equal for equal refusals: the step and the server's code.

    The rest holds numbers of sessions and times, which differ each time.
    """
    found = _CODE.match(text)
    return found.group() if found else text
