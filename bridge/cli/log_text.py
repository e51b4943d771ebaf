"""Journal entries as text: a table for people, JSON lines for programs (pure)."""

from __future__ import annotations

import json
from datetime import UTC

from bridge.core.journal import JournalEntry, details, head
from bridge.text.json_text import instant
from bridge.text.printable import escaped

HEADING = f"{'SEQ':>8}  {'TIME':<29}  {'KIND':<12}  {'TERMINAL':<16}  DETAILS"
_TERMINALS = frozenset({"input", "output"})


def as_line(entry: JournalEntry) -> str:
    """Returns an entry as one line of the table under `HEADING`.

    The time is local at the entry's time, with its offset. Control characters from outside (a server's answer, a file's
    name) are escaped, so they cannot steer the terminal.
    """
    when = entry.time.isoformat(sep=" ", timespec="milliseconds")
    terminal = " ".join(name for name in (entry.input, entry.output) if name is not None)
    rest = " ".join(f"{name}={_quoted(value)}" for name, value in details(entry).items() if name not in _TERMINALS)
    return f"{entry.seq:>8}  {when:<29}  {entry.kind:<12}  {terminal:<16}  {rest}".rstrip()


def as_json_line(entry: JournalEntry) -> str:
    """Returns an entry as a JSON object on one line, in ASCII; the fields are those of the journal on MQTT."""
    fields = {
        **head(entry),
        **details(entry),
        "time": instant(entry.time),
        "time_utc": instant(entry.time.astimezone(UTC)),
    }
    return json.dumps(fields)


def _quoted(value: object) -> str:
    """Returns the text as it is, or in quotes if it has spaces or anything that does not print."""
    text = str(value)
    if text and text.isprintable() and not set(text) & set(' "\\'):
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped(quoted)}"'
