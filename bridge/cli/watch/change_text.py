"""Changes as plain lines, for scripts and for terminals that cannot draw (pure).

`TIME WHAT [ID] key=value …`, separated by spaces; a value with spaces is in quotes. Keys and words are those of MQTT.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from bridge.core.definitions.lines import GPIO
from bridge.core.effects import InputView, OutputView
from bridge.core.journal import JournalEntry, details
from bridge.text.json_text import instant
from bridge.text.printable import escaped


def input_line(view: InputView, now: datetime, kind: str = GPIO) -> str:
    """Returns the line of one input's present state; `kind` is that of its line."""
    return _line(
        now,
        f"input {view.id}",
        [
            ("alarm", _on(view.alarm)),
            ("tripped", "unknown" if view.tripped is None else _yes(view.tripped)),
            ("contact", view.contact),
            ("armed", _yes(view.armed)),
            ("enabled", _yes(view.enabled)),
            ("since", _instant(view.since, now)),
            ("last_alarm", _instant(view.last_alarm, now)),
            ("problem", view.problem),
            *(() if kind == GPIO else [("line", kind)]),
        ],
    )


def output_line(view: OutputView, now: datetime, kind: str = GPIO) -> str:
    """Returns the line of one output's present state; `kind` is that of its line."""
    return _line(
        now,
        f"output {view.id}",
        [
            ("state", _on(view.on)),
            ("contact", view.contact),
            ("mode", view.mode),
            ("reason", view.reason),
            ("by", view.by),
            ("sources", ",".join(view.sources) or None),
            ("until", _instant(view.until, now)),
            ("problem", view.problem),
            *(() if kind == GPIO else [("line", kind), ("confirmed", _known(view.confirmed))]),
        ],
    )


def entry_line(entry: JournalEntry, now: datetime) -> str:
    """Returns the line of one journal entry, with the entry's own time; fields that do not apply are left out."""
    at = entry.time.astimezone(now.tzinfo)
    return _line(at, "journal", [("seq", entry.seq), ("kind", entry.kind), *details(entry).items()])


def bridge_line(online: bool | None, now: datetime) -> str:  # noqa: FBT001 - a state's one value
    """Returns the line of the bridge's availability; `unknown` for None."""
    return _line(now, "bridge", [("state", "unknown" if online is None else "online" if online else "offline")])


def armed_line(armed: bool | None, now: datetime) -> str:  # noqa: FBT001 - a state's one value
    """Returns the line of the device's armed switch; `unknown` for None."""
    return _line(now, "armed", [("state", "unknown" if armed is None else _on(armed))])


def broker_line(problem: str | None, now: datetime) -> str:
    """Returns the line of the connection to the broker: connected for None, else lost, with the reason."""
    return _line(now, "broker", [("state", "connected")] if problem is None else [("state", "lost"), ("why", problem)])


def gone_line(kind: str, part: str, now: datetime) -> str:
    """Returns the line of an input or output that was removed."""
    return _line(now, f"{kind} {part}", [("state", "removed")])


def _line(at: datetime, what: str, fields: Iterable[tuple[str, object]]) -> str:
    """Returns a line of a log: time, word, and `key=value` for each field."""
    words = " ".join(f"{key}={_word(value)}" for key, value in fields)
    return f"{instant(at)} {what} {words}"


def _word(value: object) -> str:
    """Returns the value as one word, in quotes if it needs them; `none` for None."""
    if value is None:
        return "none"
    text = escaped(str(value))
    return text if text and not set(text) & set(' "\\=') else json.dumps(text, ensure_ascii=False)


def _instant(moment: datetime | None, now: datetime) -> str | None:
    return None if moment is None else instant(moment.astimezone(now.tzinfo))


def _known(value: bool | None) -> str:  # noqa: FBT001 - a state's one value
    """Returns `yes` or `no`; `unknown` for None."""
    return "unknown" if value is None else _yes(value)


def _on(value: bool) -> str:  # noqa: FBT001 - a state's one value
    """Returns `on` or `off`."""
    return "on" if value else "off"


def _yes(value: bool) -> str:  # noqa: FBT001 - a state's one value
    """Returns `yes` or `no`."""
    return "yes" if value else "no"
