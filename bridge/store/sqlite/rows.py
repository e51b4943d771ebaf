"""Journal entries and input states ↔ rows of the database (pure)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bridge.core.facts import StoredInput
from bridge.core.journal import DETAILS, JournalEntry, details
from bridge.store.job import Job

JOURNAL_COLUMNS = "seq, id, boot, kind, time_us, offset_s, detail"
INPUT_COLUMNS = "id, alarm, last_alarm, held_back, silenced"
JOB_COLUMNS = "id, kind, seq, created_us, due_us, attempts, last_error, body, pictures"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode

Row = Sequence[Any]


def microseconds(instant: datetime) -> int:
    """Returns the microseconds since 1970 in UTC of an aware datetime."""
    return (instant - EPOCH) // _MICROSECOND


def instant(time_us: int, offset_s: int = 0) -> datetime:
    """Returns the datetime of microseconds since 1970, in a zone with a fixed offset in seconds."""
    return (EPOCH + timedelta(microseconds=time_us)).astimezone(timezone(timedelta(seconds=offset_s)))


def entry_row(entry: JournalEntry) -> tuple[object, ...]:
    """Returns the entry's values, in the order of `JOURNAL_COLUMNS`."""
    offset = entry.time.utcoffset() or timedelta(0)
    return (
        entry.seq,
        entry.id,
        entry.boot,
        entry.kind,
        microseconds(entry.time),
        int(offset.total_seconds()),
        # In ASCII: an error that names a file may hold lone surrogates, which SQLite refuses.
        _ENCODE(details(entry)),
    )


def entry_of(row: Row) -> JournalEntry:
    """Returns the entry of a row with `JOURNAL_COLUMNS`; unknown details, of a newer release, are ignored.

    Raises ValueError, TypeError or AttributeError for a row that is damaged.
    """
    seq, entry_id, boot, kind, time_us, offset_s, detail = row
    known = {name: value for name, value in json.loads(detail).items() if name in DETAILS}
    return JournalEntry(seq=seq, id=entry_id, boot=boot, kind=kind, time=instant(time_us, offset_s), **known)


def input_row(input_id: str, state: StoredInput) -> tuple[object, ...]:
    """Returns the input state's values, in the order of `INPUT_COLUMNS`."""
    last = state.last_alarm.isoformat() if state.last_alarm is not None else None
    return (input_id, int(state.alarm), last, state.held_back, json.dumps(sorted(state.silenced)))


def input_of(row: Row) -> tuple[str, StoredInput]:
    """Returns id and state of a row with `INPUT_COLUMNS`; an older release's row lacks the last column."""
    input_id, alarm, last, held_back, *silenced = row
    last_alarm = datetime.fromisoformat(last) if last is not None else None
    at = frozenset(map(str, json.loads(silenced[0]))) if silenced else frozenset()
    return input_id, StoredInput(alarm=bool(alarm), last_alarm=last_alarm, held_back=held_back, silenced=at)


def job_row(job: Job) -> tuple[object, ...]:
    """Returns the job's values, in the order of `JOB_COLUMNS`."""
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
    """Returns the job of a row with `JOB_COLUMNS`; its times are in UTC."""
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
