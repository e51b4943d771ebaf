"""What a job of the outbox says, as JSON that outlives a restart and an update."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from bridge.errors import StoreError

_Told = TypeVar("_Told")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPicture:
    """A picture that lies in the outbox's folder under `file`; `name` is what others see."""

    file: str
    name: str
    taken_at: datetime
    offset_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailJob:
    """A mail. `recipients` is None for those of the settings, else who is still to get it."""

    input: str | None
    cause: str
    time: datetime
    held_back: int = 0
    by: str | None = None
    text: str | None = None
    pictures: tuple[KeptPicture, ...] = ()
    pictures_missing: str | None = None
    recipients: tuple[str, ...] | None = None

    @property
    def is_alarm(self) -> bool:
        """Whether an alarm is told, and not what somebody asked to be sent."""
        return self.by is None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadJob:
    """A picture to upload; `kind` and `picture` are the path template's."""

    input: str | None
    camera: str | None
    time: datetime
    kind: str
    picture: int
    file: str
    by: str | None = None


def body_of(job: MailJob | UploadJob) -> str:
    """As `Job.body`."""
    return json.dumps(_plain(job), default=_plain)


def _plain(value: object) -> object:
    """What JSON has no form for: an instant as text, a part of a job by its fields."""
    if isinstance(value, datetime):
        return value.isoformat()
    return {each.name: getattr(value, each.name) for each in fields(value)}  # type: ignore[arg-type]  # ours


def mail_job(body: str) -> MailJob:
    """Raises StoreError for what `body_of` did not write."""
    told = _read(body)
    try:
        told["pictures"] = tuple(_known(KeptPicture, each, "taken_at") for each in told["pictures"])
        recipients = told["recipients"]
        told["recipients"] = None if recipients is None else tuple(recipients)
        return _known(MailJob, told, "time")
    except (TypeError, KeyError, ValueError) as error:
        raise _unreadable() from error


def upload_job(body: str) -> UploadJob:
    """Raises StoreError for what `body_of` did not write."""
    try:
        return _known(UploadJob, _read(body), "time")
    except (TypeError, KeyError, ValueError) as error:
        raise _unreadable() from error


def _read(body: str) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except ValueError as error:
        raise _unreadable() from error
    if not isinstance(told, dict):
        raise _unreadable()
    return told


def _known(kind: type[_Told], told: object, key: str) -> _Told:
    """What a newer version wrote besides is left out: after a downgrade its mails still go."""
    if not isinstance(told, dict):
        raise _unreadable()
    names = {each.name for each in fields(kind)}  # type: ignore[arg-type]  # ours
    known = {name: value for name, value in told.items() if name in names}
    instant = datetime.fromisoformat(told[key])
    if instant.tzinfo is None:
        raise _unreadable()
    return kind(**{**known, key: instant})


def _unreadable() -> StoreError:
    message = "a job of the outbox cannot be read"
    return StoreError(message)
