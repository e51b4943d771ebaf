"""Views and journal entries as JSON, for the API and for the page's scripts."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from bridge.core.effects import InputView, OutputView
from bridge.core.journal import JournalEntry, details, head
from bridge.text.json_text import instant


def input_json(view: InputView) -> dict[str, Any]:
    """Returns an input's view as JSON."""
    return {
        "id": view.id,
        "contact": view.contact,
        "tripped": view.tripped,
        "alarm": view.alarm,
        "enabled": view.enabled,
        "armed": view.armed,
        "armed_until": instant(view.armed_until),
        "since": instant(view.since),
        "last_alarm": instant(view.last_alarm),
        "alarms": view.alarms,
        "held_back": view.held_back,
        "glitches": view.glitches,
        "problem": view.problem,
        "available": view.available,
    }


def output_json(view: OutputView) -> dict[str, Any]:
    """Returns an output's view as JSON, without `remaining_ms`, which is outdated at once; `until` has the same."""
    return {
        "id": view.id,
        "on": view.on,
        "contact": view.contact,
        "mode": view.mode,
        "reason": view.reason,
        "by": view.by,
        "sources": list(view.sources),
        "until": instant(view.until),
        "problem": view.problem,
        "available": view.available,
    }


def entry_json(entry: JournalEntry) -> dict[str, Any]:
    """Returns a journal entry as JSON; fields that do not apply are left out, as on MQTT."""
    return {
        **head(entry),
        "time": instant(entry.time),
        "time_utc": instant(entry.time.astimezone(UTC)),
        **details(entry),
    }
