"""The bridge's payloads as bytes (`mqtt.md` 1). Times are ISO 8601 with offset and milliseconds."""

from __future__ import annotations

from datetime import UTC

from bridge.core.effects import InputView, OutputView, PublishEvent
from bridge.core.journal import JournalEntry, details, head
from bridge.text.json_text import as_json, instant

ON = b"ON"
OFF = b"OFF"
UNKNOWN = b"None"
"""The payload that Home Assistant shows as unknown."""
ONLINE = b"online"
OFFLINE = b"offline"


def on_off(is_on: bool | None) -> bytes:  # noqa: FBT001 - a state's one value
    """Returns the payload of a binary state; None is unknown."""
    if is_on is None:
        return UNKNOWN
    return ON if is_on else OFF


def online(is_available: bool) -> bytes:  # noqa: FBT001 - a state's one value
    """Returns the payload of a part's availability."""
    return ONLINE if is_available else OFFLINE


def input_attributes(view: InputView) -> bytes:
    """Returns an input's attributes: everything but contact and alarm state."""
    return as_json(
        {
            "contact": view.contact,
            "armed": view.armed,
            "armed_until": instant(view.armed_until),
            "enabled": view.enabled,
            "since": instant(view.since),
            "last_alarm": instant(view.last_alarm),
            "alarms": view.alarms,
            "held_back": view.held_back,
            "glitches": view.glitches,
            "problem": view.problem,
        }
    )


def output_attributes(view: OutputView) -> bytes:
    """Returns an output's attributes: everything but its demand."""
    return as_json(
        {
            "contact": view.contact,
            "mode": view.mode,
            "reason": view.reason,
            "sources": view.sources,
            "until": instant(view.until),
            "remaining_ms": view.remaining_ms,
            "by": view.by,
        }
    )


def event(happened: PublishEvent) -> bytes:
    """Returns an input's event."""
    return as_json(
        {
            "event_type": happened.event_type,
            "id": happened.id,
            "seq": happened.seq,
            "cause": happened.cause,
            "time": instant(happened.time),
            "contact": happened.contact,
            **({} if happened.picture is None else {"picture": happened.picture}),
        }
    )


def journal(entry: JournalEntry, *, replayed: bool) -> bytes:
    """Returns a journal entry; fields that do not apply are left out."""
    return as_json(
        {
            **head(entry),
            **details(entry),
            "time": instant(entry.time),
            "time_utc": instant(entry.time.astimezone(UTC)),
            "replayed": replayed,
        }
    )
