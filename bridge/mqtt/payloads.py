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
    """Returns the payload of a binary state; `None`, which Home Assistant shows as unknown, for None."""
    if is_on is None:
        return UNKNOWN
    return ON if is_on else OFF


def online(is_available: bool) -> bytes:  # noqa: FBT001 - a state's one value
    """Returns `online` or `offline`, as a part's availability is published."""
    return ONLINE if is_available else OFFLINE


def input_attributes(view: InputView) -> bytes:
    """Returns the payload of an input's attributes: all of the view but whether it is tripped or in alarm."""
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
            "ignored": view.ignored,
            "problem": view.problem,
        }
    )


def output_attributes(view: OutputView) -> bytes:
    """Returns the payload of an output's attributes: all of the view but its demand and availability."""
    return as_json(
        {
            "contact": view.contact,
            "mode": view.mode,
            "reason": view.reason,
            "sources": view.sources,
            "until": instant(view.until),
            "remaining_ms": view.remaining_ms,
            "by": view.by,
            "confirmed": view.confirmed,
            "problem": view.problem,
        }
    )


def event(happened: PublishEvent) -> bytes:
    """Returns the payload of an input's event; `picture` is left out if none follows."""
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


def picture(alarm: str | None) -> bytes:
    """Returns the payload on an input's picture: the id of the alarm that it shows, null for no picture."""
    return as_json({"alarm": alarm})


def journal(entry: JournalEntry, *, replayed: bool) -> bytes:
    """Returns the payload of a journal entry; fields that do not apply are left out.

    `replayed` says that the entry is published later than it was made.
    """
    return as_json(
        {
            **head(entry),
            **details(entry),
            "time": instant(entry.time),
            "time_utc": instant(entry.time.astimezone(UTC)),
            "replayed": replayed,
        }
    )
