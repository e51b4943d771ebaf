"""Journal entries in the words of a test: `an_entry(7, kind="alarm_begin", input="door")`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.core.journal import JournalEntry

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def an_entry(seq: int, **fields: Any) -> JournalEntry:
    """An entry of one boot, a second after the one before it."""
    return JournalEntry(
        **{
            "seq": seq,
            "id": f"boot1-{seq}",
            "boot": "boot1",
            "kind": "alarm_begin",
            "time": NOON + timedelta(seconds=seq % 1_000_000),
            **fields,
        }
    )
