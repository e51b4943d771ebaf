"""A journal entry in a person's words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bridge.core.journal import JournalEntry
from bridge.text.state_words import ENDED, asked_by

KINDS = {
    "start": "Started",
    "stop": "Stopped",
    "alarm_begin": "Alarm begins",
    "alarm_end": "Alarm ends",
    "retrigger": "Alarm again",
    "resumed": "Alarm goes on",
    "output_on": "On",
    "output_off": "Off",
    "cut_off": "Cut off",
    "command": "Command",
    "refused": "Refused",
    "settings": "Settings changed",
    "fault": "Fault",
    "healed": "All right again",
    "snapshot": "Picture",
    "email": "E-mail",
    "ftp": "FTP upload",
    "clip": "Clip",
    "audible": "Audible alarm",
    "clock": "Clock",
}
"""The kinds of `behaviour.md` 8, in its order."""
CAUSES = {
    "alarm_begin": {
        "input": "contact tripped",
        "schedule": "its schedule opened",
        "startup": "tripped at the start",
        "initial": "tripped at the very first start",
    },
    "alarm_end": {
        "restored": "contact restored",
        "schedule": "its schedule closed",
        "fault": "line fault",
        "settings": "settings changed",
    },
}
"""What made an alarm begin or end, where the word alone says too little."""
GRAVE = frozenset({"alarm_begin", "fault", "cut_off", "refused"})


def entry_words(entry: JournalEntry, names: Callable[[str], str], now: datetime) -> dict[str, str]:
    """`time`, `what`, `who` and `notes` of one entry; `names` gives an input's or output's name."""
    who = entry.input or entry.output
    local = entry.time.astimezone(now.tzinfo)
    return {
        "time": f"{local:%Y-%m-%d %H:%M:%S}",
        "what": KINDS.get(entry.kind, entry.kind),
        "who": names(who) if who else "",
        "notes": ", ".join(_notes(entry, names)),
        "mood": "grave" if entry.kind in GRAVE or entry.reason in ("failed", "refused") else "",
    }


def _notes(entry: JournalEntry, names: Callable[[str], str]) -> list[str]:
    reason = entry.reason
    if reason is not None and entry.kind == "output_off":
        reason = ENDED.get(reason, reason).lower()
    if entry.kind == "output_on" and reason == "alarm" and entry.by:
        return [f"alarm of {names(entry.by)}"]
    cause = CAUSES.get(entry.kind, {}).get(entry.cause or "", entry.cause)
    notes = [note.replace("_", " ") for note in (cause, reason) if note]
    notes += [f"by {names(asked_by(entry.by))}"] if entry.by else []
    notes += [f"{entry.seconds:.1f} s"] if entry.seconds is not None else []
    notes += [f"{entry.held_back} held back"] if entry.held_back else []
    return notes + [note for note in (entry.error, entry.path) if note]
