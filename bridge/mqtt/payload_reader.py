"""Reads the bridge's own payloads back into views and journal entries (pure): the reverse of `payloads`.

Lenient: an older or newer release may have fewer or more keys. Texts are made printable, since
any client of the broker may have published them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bridge.core.contact import Contact
from bridge.core.effects import InputView, OutputView
from bridge.core.journal import DETAILS, NUMBERS, JournalEntry
from bridge.mqtt.payloads import OFF, OFFLINE, ON
from bridge.text.json_text import read_instant
from bridge.text.printable import escaped


def seen_input(input_id: str, payloads: Mapping[str, bytes]) -> InputView | None:
    """Returns the view of an input from the last payloads of its topics, by their last segment.

    The segments are `state`, `alarm`, `attributes` and `availability`. None if `state` or `attributes` is missing.
    """
    facts = as_object(payloads.get("attributes", b""))
    if facts is None or "state" not in payloads:
        return None
    return InputView(
        id=input_id,
        contact=_contact(facts.get("contact")),
        tripped={ON: True, OFF: False}.get(payloads["state"]),
        alarm=payloads.get("alarm") == ON,
        enabled=facts.get("enabled") is not False,
        armed=facts.get("armed") is True,
        armed_until=read_instant(facts.get("armed_until")),
        since=read_instant(facts.get("since")),
        last_alarm=read_instant(facts.get("last_alarm")),
        alarms=_count(facts.get("alarms")),
        held_back=_count(facts.get("held_back")),
        glitches=_count(facts.get("glitches")),
        ignored=_count(facts.get("ignored")),
        problem=_text(facts.get("problem")),
        available=payloads.get("availability") != OFFLINE,
    )


def seen_output(output_id: str, payloads: Mapping[str, bytes]) -> OutputView | None:
    """Returns the view of an output from the last payloads of its topics, by their last segment.

    The segments are `state`, `attributes` and `availability`. None if `state` or `attributes` is missing.
    """
    facts = as_object(payloads.get("attributes", b""))
    if facts is None or "state" not in payloads:
        return None
    sources = facts.get("sources")
    available = payloads.get("availability") != OFFLINE
    return OutputView(
        id=output_id,
        on=payloads["state"] == ON,
        contact=_contact(facts.get("contact")),
        mode=_text(facts.get("mode")) or "switch",
        reason=_text(facts.get("reason")),
        by=_text(facts.get("by")),
        sources=tuple(filter(None, map(_text, sources))) if isinstance(sources, list) else (),
        until=read_instant(facts.get("until")),
        remaining_ms=None,
        confirmed=confirmed if isinstance(confirmed := facts.get("confirmed"), bool) else None,
        problem=_text(facts.get("problem")) or (None if available else "line_fault"),
        available=available,
    )


def seen_entry(payload: bytes) -> JournalEntry | None:
    """Returns the journal entry in a payload; None if it has no time or kind, or is no JSON object."""
    facts = as_object(payload)
    if facts is None:
        return None
    time, kind = read_instant(facts.get("time")), _text(facts.get("kind"))
    if time is None or kind is None:
        return None
    details: dict[str, Any] = {}
    for name in DETAILS:
        value = facts.get(name)
        known = _number(value) if name in NUMBERS else _text(value)
        if known is not None:
            details[name] = known
    return JournalEntry(
        seq=_count(facts.get("seq")),
        id=_text(facts.get("id")) or "",
        boot=_text(facts.get("boot")) or "",
        kind=kind,
        time=time,
        **details,
    )


def as_object(payload: bytes) -> dict[str, Any] | None:
    """Returns the JSON object in a payload, or None for anything else."""
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _contact(value: object) -> Contact:
    """Returns the contact that a value names; unknown for any other value."""
    return Contact(value) if isinstance(value, str) and value in tuple(Contact) else Contact.UNKNOWN


def _text(value: object) -> str | None:
    """Returns a text made printable; None for an empty one or another value."""
    return escaped(value) if isinstance(value, str) and value else None


def _number(value: object) -> int | float | None:
    """Returns a number, or None for any other value."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _count(value: object) -> int:
    """Returns a whole number, or 0 for any other value."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
