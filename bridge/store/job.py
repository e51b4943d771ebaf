"""A job of the outbox: a mail or an upload that is kept until it is done or given up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from bridge.store.sqlite.rows import Row, instant, microseconds

JOB_COLUMNS = "id, kind, seq, created_us, due_us, attempts, last_error, body, pictures"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One thing to be sent. `id` is unique for ever, `seq` the journal entry that caused it.

    `body` is the action's own text (JSON), never with a secret; `pictures` are names of files that
    `Pictures` wrote. `due` is wall time, because it has to outlive a restart.
    """

    id: str
    kind: str
    """`email` or `ftp`."""
    seq: int
    created: datetime
    due: datetime
    body: str
    pictures: tuple[str, ...] = ()
    attempts: int = 0
    last_error: str | None = None


def job_row(job: Job) -> tuple[object, ...]:
    """In the order of `JOB_COLUMNS`."""
    return (
        job.id,
        job.kind,
        job.seq,
        microseconds(job.created),
        microseconds(job.due),
        job.attempts,
        job.last_error,
        job.body,
        json.dumps(job.pictures),
    )


def job_of(row: Row) -> Job:
    """From the columns of `JOB_COLUMNS`; times come back in UTC."""
    job_id, kind, seq, created_us, due_us, attempts, last_error, body, pictures = row
    return Job(
        id=job_id,
        kind=kind,
        seq=seq,
        created=instant(created_us),
        due=instant(due_us),
        body=body,
        pictures=tuple(json.loads(pictures)),
        attempts=attempts,
        last_error=last_error,
    )
