"""Bodies of the outbox's jobs, as JSON that outlives a restart and an update."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeVar

from bridge.errors import StoreError

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPicture:
    """A picture of the cache under `file`; `name` is its name in the mail."""

    file: str
    name: str
    taken_at: datetime
    offset_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailJob:
    """A mail. `recipients` are those that have not got it yet; None for all of the settings."""

    input: str | None
    cause: str
    time: datetime
    held_back: int = 0
    by: str | None = None
    text: str | None = None
    pictures: tuple[KeptPicture, ...] = ()
    pictures_missing: str | None = None
    recipients: tuple[str, ...] | None = None
    alarm: str | None = None
    """The id of the alarm's journal entry."""

    @property
    def is_alarm(self) -> bool:
        """Whether the mail reports an alarm, and is not sent by command."""
        return self.by is None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadJob:
    """A picture to upload; `kind` and `picture` are for the path template. `file` is None until it is taken."""

    input: str | None
    camera: str | None
    time: datetime
    kind: str
    picture: int
    file: str | None = None
    by: str | None = None
    alarm: str | None = None
    """The id of the alarm's journal entry."""


def body_of(job: MailJob | UploadJob) -> str:
    """Returns a job as the text for `Job.body`, which `mail_job` and `upload_job` read."""
    return json.dumps(_plain(job), default=_plain)


def _plain(value: object) -> object:
    """Returns an instant as text, and a part of a job as a dict of its fields, for JSON."""
    if isinstance(value, datetime):
        return value.isoformat()
    return {each.name: getattr(value, each.name) for each in fields(value)}  # type: ignore[arg-type]  # ours


def mail_job(body: str) -> MailJob:
    """Returns the mail that `body_of` wrote. Raises StoreError for any other text."""
    document = _read(body)
    try:
        document["pictures"] = tuple(_known(KeptPicture, each, "taken_at") for each in document["pictures"])
        recipients = document["recipients"]
        document["recipients"] = None if recipients is None else tuple(recipients)
        return _known(MailJob, document, "time")
    except (TypeError, KeyError, ValueError) as error:
        raise _unreadable() from error


def upload_job(body: str) -> UploadJob:
    """Returns the upload that `body_of` wrote. Raises StoreError for any other text."""
    try:
        return _known(UploadJob, _read(body), "time")
    except (TypeError, KeyError, ValueError) as error:
        raise _unreadable() from error


def _read(body: str) -> dict[str, Any]:
    """Returns the object that a body is in JSON. Raises StoreError for any other text."""
    try:
        document = json.loads(body)
    except ValueError as error:
        raise _unreadable() from error
    if not isinstance(document, dict):
        raise _unreadable()
    return document


def _known(kind: type[_Part], document: object, key: str) -> _Part:
    """Returns a part of a job, with the instant at `key`.

    Raises StoreError if that has no zone, or ValueError or KeyError. Fields of a newer version are left out: after a
    downgrade its mails still go.
    """
    if not isinstance(document, dict):
        raise _unreadable()
    names = {each.name for each in fields(kind)}  # type: ignore[arg-type]  # ours
    known = {name: value for name, value in document.items() if name in names}
    instant = datetime.fromisoformat(document[key])
    if instant.tzinfo is None:
        raise _unreadable()
    return kind(**{**known, key: instant})


def _unreadable() -> StoreError:
    """Returns the error for a body that cannot be read."""
    message = "a job of the outbox cannot be read"
    return StoreError(message)
