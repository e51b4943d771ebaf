"""A journal entry in a person's words: one row for each kind, for the page and for the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bridge.core.definitions.channels import CHANNELS
from bridge.core.journal import JournalEntry
from bridge.text.printable import escaped
from bridge.text.state_words import ENDED, asked_by


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """The words for one kind of entry.

    `title` heads it on the page, `line` follows the terminal's id in the log. A `marked` entry stands
    out on the page; a `warning` is logged as one: somebody has to look after it.
    """

    title: str
    line: str
    marked: bool = False
    warning: bool = False


WORDS: Mapping[str, KindWords] = {
    "start": KindWords(title="Started", line="started"),
    "stop": KindWords(title="Stopped", line="stopped; every output is idle"),
    "alarm_begin": KindWords(title="Alarm begins", line="alarm begins", marked=True),
    "alarm_end": KindWords(title="Alarm ends", line="alarm ends"),
    "retrigger": KindWords(title="Alarm again", line="alarm again, within its quiet period"),
    "resumed": KindWords(title="Alarm goes on", line="alarm goes on from before the stop"),
    "armed": KindWords(title="Device armed", line="the device is armed"),
    "disarmed": KindWords(title="Device disarmed", line="the device is disarmed", marked=True),
    "output_on": KindWords(title="On", line="on"),
    "output_off": KindWords(title="Off", line="off"),
    "cut_off": KindWords(title="Cut off", line="has been on for as long as it may", marked=True, warning=True),
    "command": KindWords(title="Command", line="command done"),
    "refused": KindWords(title="Refused", line="command refused", marked=True, warning=True),
    "settings": KindWords(title="Settings changed", line="new settings are in force"),
    "fault": KindWords(title="Fault", line="fault", marked=True, warning=True),
    "healed": KindWords(title="All right again", line="all right again"),
    "snapshot": KindWords(title="Picture", line="picture"),
    **{channel.key: KindWords(title=channel.words.label, line=channel.words.noun) for channel in CHANNELS},
    "clip": KindWords(title="Clip", line="clip"),
    "audible": KindWords(title="Audible alarm", line="sound"),
    "clock": KindWords(title="Clock", line="clock"),
}
"""A row for each of `core.journal.KINDS`."""
CAUSES = {
    "alarm_begin": {
        "input": "contact tripped",
        "schedule": "its schedule opened",
        "armed": "the device was armed",
        "startup": "tripped at the start",
        "initial": "tripped at the very first start",
    },
    "alarm_end": {
        "restored": "contact restored",
        "schedule": "its schedule closed",
        "disarmed": "the device was disarmed",
        "fault": "line fault",
        "settings": "settings changed",
    },
}
"""The cause of an alarm's begin or end in more words, where its own word alone says too little."""
FAILED = ("failed", "refused", "dropped")
"""Reasons of an action that did not succeed."""


def words_of(kind: str) -> KindWords:
    """Returns a kind's words. An unknown kind (of another release) has itself as title and line."""
    return WORDS.get(kind) or KindWords(title=kind, line=kind)


def entry_words(entry: JournalEntry, names: Callable[[str], str], now: datetime) -> dict[str, str]:
    """Returns the texts of one entry on the page: `time`, `what`, `who`, `notes` and `mood`.

    `time` is in the zone of `now`. `who` and `notes` may be empty. `mood` is `grave`, or empty for an ordinary entry.
    `names` returns the name of an input or output, given its id.
    """
    who = entry.input or entry.output
    local = entry.time.astimezone(now.tzinfo)
    words = words_of(entry.kind)
    return {
        "time": f"{local:%Y-%m-%d %H:%M:%S}",
        "what": words.title,
        "who": names(who) if who else "",
        "notes": ", ".join(_notes(entry, names)),
        "mood": "grave" if words.marked or entry.reason in FAILED else "",
    }


def log_line(entry: JournalEntry) -> str:
    """Returns an entry as a line of the log: `siren: on (alarm, by garage-door)`."""
    who = entry.input or entry.output
    notes = [note for note in (entry.cause, entry.reason) if note]
    notes += [f"by {entry.by}"] if entry.by else []
    notes += _figures(entry) + _foreign(entry)
    line = (f"{who}: " if who else "") + words_of(entry.kind).line + (f" ({', '.join(notes)})" if notes else "")
    return escaped(line)


def summary_line(kind: str, who: str | None, *, count: int) -> str:
    """Returns the line of the log that stands for `count` entries of one kind that were not logged one by one.

    Example: `door: alarm begins, 230 more …`. `who` is the terminal's id, or None for an entry of the device.
    """
    what = (f"{who}: " if who else "") + words_of(kind).line
    return escaped(f"{what}, {count} more since the last such line; the journal has each")


def _notes(entry: JournalEntry, names: Callable[[str], str]) -> list[str]:
    """Returns cause, reason, originator, figures and foreign texts of an entry, in words; those that it has."""
    reason = entry.reason
    if reason is not None and entry.kind == "output_off":
        reason = ENDED.get(reason, reason).lower()
    if entry.kind == "output_on" and reason == "alarm" and entry.by:
        return [f"alarm of {names(entry.by)}"]
    cause = CAUSES.get(entry.kind, {}).get(entry.cause or "", entry.cause)
    notes = [note.replace("_", " ") for note in (cause, reason) if note]
    notes += [f"by {names(asked_by(entry.by))}"] if entry.by else []
    return notes + _figures(entry) + _foreign(entry)


def _figures(entry: JournalEntry) -> list[str]:
    """Returns the duration and the number of alarms held back, as texts; those that the entry has."""
    figures = [f"{entry.seconds:.1f} s"] if entry.seconds is not None else []
    return figures + ([f"{entry.held_back} held back"] if entry.held_back else [])


def _foreign(entry: JournalEntry) -> list[str]:
    """Returns the texts from outside that an entry has: a server's error, the path of a file or topic."""
    return [note for note in (entry.error, entry.path) if note]
