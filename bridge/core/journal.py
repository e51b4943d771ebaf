"""A journal entry (`behaviour.md` 8): its kinds, and its fields in the order in which every room writes them."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime

from bridge.core.definitions.channels import KEYS
from bridge.core.value import value

KINDS = (
    "start",
    "stop",
    "alarm_begin",
    "alarm_end",
    "retrigger",
    "resumed",
    "armed",
    "disarmed",
    "output_on",
    "output_off",
    "cut_off",
    "command",
    "refused",
    "settings",
    "fault",
    "healed",
    "snapshot",
    *KEYS,
    "clip",
    "audible",
    "clock",
)


@value
class JournalEntry:
    """One entry; `seq` never repeats, `id` is unique for ever.

    The fields after `time` apply to some kinds only. Their order is that of JSON, CSV and text, and
    of the details in the database: a new field goes to the end.
    """

    seq: int
    id: str
    boot: str
    kind: str
    """One of `KINDS`, unless another release wrote the entry."""
    time: datetime
    input: str | None = None
    output: str | None = None
    cause: str | None = None
    reason: str | None = None
    by: str | None = None
    error: str | None = None
    path: str | None = None
    seconds: float | None = None
    held_back: int | None = None
    alarm: str | None = None
    """The id of the entry of the alarm that an action belongs to."""
    source_time: str | None = None
    """The source's own time of a far input's event (ISO 8601), where it gives one."""


HEAD = ("seq", "id", "boot", "kind")
"""The fields of every entry, beside `time`, which each room writes in a form of its own."""
DETAILS = tuple(field.name for field in fields(JournalEntry) if field.name not in (*HEAD, "time"))
NUMBERS = frozenset({"seconds", "held_back"})
"""Details that are numbers; all others are text."""


def head(entry: JournalEntry) -> dict[str, str | int]:
    """Returns the fields of `HEAD` by their names, in order."""
    return {"seq": entry.seq, "id": entry.id, "boot": entry.boot, "kind": entry.kind}


def details(entry: JournalEntry) -> dict[str, str | int | float]:
    """Returns the details that an entry has by their names, in order; those that are None are left out."""
    return {name: found for name in DETAILS if (found := getattr(entry, name)) is not None}
