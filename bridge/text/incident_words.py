"""An incident in a person's words: what it was, why, and what it set going."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bridge.core.incidents import Incident
from bridge.core.journal import JournalEntry
from bridge.text.journal_words import CAUSES, FAILED, words_of

OUTPUT = ("output_on", "output_off", "cut_off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that an alarm set going, such as `Siren on for 60 s`.

    `clip` is the name of the clip that was recorded. A deed that failed `is_grave`.
    """

    text: str
    is_grave: bool = False
    clip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentWords:
    """The texts of an incident: `state` such as `Alarm for 12 s`, `why` its causes, `deeds` in the order of time.

    `mood` is `alarm` while it goes on, `lost` if its end is not known, else `over`.
    """

    state: str
    why: str
    deeds: tuple[Deed, ...]
    mood: str


def incident_words(incident: Incident, names: Callable[[str], str]) -> IncidentWords:
    """Returns the texts of an incident. `names` returns the name of an input or output, given its id."""
    state, mood = _state(incident)
    return IncidentWords(state=state, mood=mood, why=_why(incident), deeds=tuple(_deeds(incident.entries, names)))


def duration(seconds: float) -> str:
    """Returns a duration in the two largest units that it has, such as `0.4 s`, `12 s`, `3 min 20 s` or `2 h 5 min`."""
    if seconds < 10 and round(seconds, 1) % 1:  # noqa: PLR2004 - tenths count in short alarms alone
        return f"{seconds:.1f} s"
    whole = round(seconds)
    days, hours, minutes, rest = whole // 86400, whole // 3600 % 24, whole // 60 % 60, whole % 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")]
    first = next((at for at, (count, _) in enumerate(parts) if count), 3)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count) or "0 s"


def _state(incident: Incident) -> tuple[str, str]:
    """Returns what the incident is, with its duration, and its mood."""
    if incident.end is not None:
        seconds = incident.seconds
        return ("Alarm" if seconds is None else f"Alarm for {duration(seconds)}"), "over"
    if incident.is_lost:
        return "Alarm, its end is not known", "lost"
    return ("In alarm", "alarm") if incident.begin is not None else ("Alarm that began earlier", "lost")


def _why(incident: Incident) -> str:
    """Returns the causes of begin and end, and how often it came again; empty if none of that is known."""
    again = sum(entry.kind == "retrigger" for entry in incident.entries[1:])
    parts = [_cause(incident.begin)] + ([f"came again {f'{again} times' if again > 1 else 'once'}"] if again else [])
    return "; ".join(part for part in [*parts, _cause(incident.end)] if part)


def _cause(entry: JournalEntry | None) -> str:
    """Returns the cause of a begin or an end; empty for None, or without a cause."""
    if entry is None or entry.cause is None:
        return ""
    kind = "alarm_end" if entry.kind == "alarm_end" else "alarm_begin"
    return CAUSES[kind].get(entry.cause, entry.cause.replace("_", " "))


def _deeds(entries: Iterable[JournalEntry], names: Callable[[str], str]) -> Iterable[Deed]:
    """Yields what the alarm set going, in the order in which each was first heard of; equal outcomes are one."""
    groups: dict[tuple[str, ...], list[JournalEntry]] = {}
    for entry in entries:
        if entry.kind in OUTPUT and entry.output is not None:
            groups.setdefault(("output", entry.output), []).append(entry)
        elif entry.alarm is not None:
            groups.setdefault((entry.kind, entry.reason or "", entry.path or ""), []).append(entry)
    for (kind, what, *_), found in groups.items():
        yield _output(names(what), found) if kind == "output" else _action(found)


def _output(name: str, entries: list[JournalEntry]) -> Deed:
    """Returns an output's part: for how long it was on in all, or only that it was turned on."""
    ran = [entry.seconds for entry in entries if entry.kind == "output_off" and entry.seconds is not None]
    cut_off = any(entry.kind == "cut_off" for entry in entries)
    text = f"{name} {'cut off after' if cut_off else 'on for'} {duration(sum(ran))}" if ran else f"{name} on"
    return Deed(text=text, is_grave=cut_off)


def _action(entries: list[JournalEntry]) -> Deed:
    """Returns the outcome of an action, with its number if it is above one."""
    first = entries[0]
    is_clip = first.kind == "clip" and first.path is not None
    parts = [words_of(first.kind).title, (first.reason or "").replace("_", " ")]
    if is_clip and first.seconds is not None:
        parts = [words_of(first.kind).title, f"of {duration(first.seconds)}"]
    if len(entries) > 1:
        parts.append(f"({len(entries)})")
    text = " ".join(part for part in parts if part)
    return Deed(text=text, is_grave=first.reason in FAILED, clip=first.path if is_clip else None)
