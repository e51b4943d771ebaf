"""The picture in a person's words, row by row, short enough for 80 columns (pure).

The words are those of the page, so that whoever knows one knows the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridge.core.effects import InputView, Journal, OutputView
from bridge.watch.picture import Picture
from bridge.web.journal_words import entry_words
from bridge.web.words import CONTACT, clock_time, input_mood, input_words, output_mood, output_words

_SECOND, _MINUTE, _HOUR, _DAY = 1, 60, 3600, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Cells, and the mood that colours the one with the state: `alarm`, `fault`, `on`, `normal` and so on."""

    cells: tuple[str, ...]
    mood: str


INPUT_HEADS = ("INPUT", "CONTACT", "STATE", "ARMED", "SINCE")
OUTPUT_HEADS = ("OUTPUT", "CONTACT", "STATE", "WHY", "ENDS")
STATE = 2
"""The cell that the mood is about, in both tables."""


def input_row(view: InputView, picture: Picture, now: datetime) -> Row:
    """One input."""
    settings = picture.input_settings(view.id)
    state = input_words(view, settings, now)["state"]
    if view.alarm:
        state = f"ALARM {elapsed(view.last_alarm, now)}".rstrip()
    if view.problem == "chatter":
        state += ", chatter"
    since = f"{clock_time(view.since, now)} ({elapsed(view.since, now)})" if view.since else ""
    return Row(
        cells=(settings.label, CONTACT[view.contact].lower(), state, _armed(view, now), since), mood=input_mood(view)
    )


def output_row(view: OutputView, picture: Picture, now: datetime) -> Row:
    """One output; of one that is on for a time, what is left of it."""
    settings = picture.output_settings(view.id)
    words = output_words(view, settings, picture.name, now)
    state = "ON" if view.on and view.available else words["state"]
    if view.on and view.mode == "pulse":
        state += ", pulse"
    ends = words["until"]
    if view.on and view.until is not None:
        ends = f"{clock_time(view.until, now)} (in {elapsed(now, view.until)})"
    contact = CONTACT[view.contact].lower()
    return Row(cells=(settings.label, contact, state, words["why"], ends), mood=output_mood(view))


def entry_row(entry: Journal, picture: Picture, now: datetime) -> Row:
    """One journal entry: when, what, who and the rest."""
    words = entry_words(entry, picture.name, now)
    cells = (clock_time(entry.time, now), words["what"], words["who"], words["notes"])
    return Row(cells=cells, mood=words["mood"])


def elapsed(begin: datetime | None, end: datetime) -> str:
    """`0:07`, `3:12`, `2:03:12`, `3 d 2 h`; nothing without a begin. Clocks that differ give no negative time."""
    if begin is None:
        return ""
    seconds = max(int((end - begin).total_seconds()), 0)
    if seconds >= _DAY:
        return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"
    minutes = f"{seconds % _HOUR // _MINUTE}:{seconds % _MINUTE:02}"
    return f"{seconds // _HOUR}:{minutes:0>5}" if seconds >= _HOUR else minutes


def _armed(view: InputView, now: datetime) -> str:
    if not view.enabled:
        return "disabled"
    if not view.armed:
        return "no: schedule"
    return f"to {clock_time(view.armed_until, now)}" if view.armed_until else "armed"
