"""A job of the outbox: a mail or an upload, kept until it is delivered or given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A mail or an upload. `id` is unique for ever, `seq` is the journal entry that caused it.

    `body` is the action's own text (JSON), never with a secret.
    `pictures` are names of files that `Pictures` wrote.
    `due` is wall time, because it has to outlive a restart.
    """

    id: str
    kind: str
    """The key of its channel."""
    seq: int
    created: datetime
    due: datetime
    body: str
    pictures: tuple[str, ...] = ()
    attempts: int = 0
    last_error: str | None = None
