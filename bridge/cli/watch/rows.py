"""The device in a person's words, row by row, short enough for 80 columns (pure).

The words are those of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bridge.cli.watch.device_mirror import DeviceMirror
from bridge.core.effects import InputView, OutputView
from bridge.core.journal import JournalEntry
from bridge.text.journal_words import entry_words
from bridge.text.state_words import CONTACT, input_mood, input_words, output_mood, output_words

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Cells, and the mood that colours the state's cell: `alarm`, `fault`, `on`, `normal` and so on."""

    cells: tuple[str, ...]
    mood: str

    @property
    def is_quiet(self) -> bool:
        """Whether the row is the first to be left out when there is no room for all."""
        return self.mood in ("normal", "off", "")


INPUT_HEADS = ("INPUT", "CONTACT", "STATE", "ARMED", "SINCE")
OUTPUT_HEADS = ("OUTPUT", "CONTACT", "STATE", "WHY", "ENDS")
STATE = 2
"""Index of the state's cell, in both tables."""


def input_row(view: InputView, mirror: DeviceMirror, now: datetime) -> Row:
    """Returns the row of one input: name, contact, state, arming, age of the contact."""
    settings = mirror.input_settings(view.id)
    disarmed = mirror.armed is False and not settings.ignores_arming
    state = input_words(view, settings, now, device_armed=not disarmed)["state"]
    if view.alarm:
        state = f"ALARM {elapsed(view.last_alarm, now)}".rstrip() if view.available else "ALARM, line fault"
    if view.problem == "chatter":
        state = "ALARM, chatter" if view.alarm else "Chatter"
    armed = _armed(view, now, disarmed=disarmed)
    cells = (settings.label, CONTACT[view.contact].lower(), state, armed, _since(view.since, now))
    return Row(cells=cells, mood="fault" if view.problem and not view.alarm else input_mood(view))


def output_row(view: OutputView, mirror: DeviceMirror, now: datetime) -> Row:
    """Returns the row of one output: name, contact, state, reason, end."""
    settings = mirror.output_settings(view.id)
    words = output_words(view, settings, mirror.name, now)
    state = words["state"]
    if view.on and view.available:
        state = "ON, pulse" if view.mode == "pulse" else "ON"
    if view.problem == "not_confirmed":
        state = f"{state}?"
    ends = _ends(view, now, follows=settings.follow_source)
    return Row(cells=(settings.label, CONTACT[view.contact].lower(), state, words["why"], ends), mood=output_mood(view))


def entry_row(entry: JournalEntry, mirror: DeviceMirror, now: datetime) -> Row:
    """Returns the row of one journal entry: time, what happened, who caused it, and notes."""
    words = entry_words(entry, mirror.name, now)
    return Row(cells=(_moment(entry.time, now), words["what"], words["who"], words["notes"]), mood=words["mood"])


def elapsed(begin: datetime | None, end: datetime) -> str:
    """Returns a duration as `0:07`, `3:12`, `2:03:12` or `3 d 2 h`; empty without a begin.

    A negative one counts as 0.
    """
    if begin is None:
        return ""
    seconds = max(int((end - begin).total_seconds()), 0)
    if seconds >= _DAY:
        return f"{seconds // _DAY} d {seconds % _DAY // _HOUR} h"
    minutes = f"{seconds % _HOUR // _MINUTE}:{seconds % _MINUTE:02}"
    return f"{seconds // _HOUR}:{minutes:0>5}" if seconds >= _HOUR else minutes


def _moment(moment: datetime, now: datetime) -> str:
    """Returns a time as `14:03:20` if it is today, else as `22 Nov`; in the zone of `now`."""
    local = moment.astimezone(now.tzinfo)
    return f"{local:%H:%M:%S}" if local.date() == now.date() else f"{local:%d %b}"


def _since(moment: datetime | None, now: datetime) -> str:
    """Returns a time and its age, with seconds only within the first hour; empty for None."""
    if moment is None:
        return ""
    when = _moment(moment, now)
    if ":" in when and (now - moment).total_seconds() >= _HOUR:
        when = when[: len("14:03")]
    return f"{when} ({elapsed(moment, now)})"


def _armed(view: InputView, now: datetime, *, disarmed: bool) -> str:
    """Returns whether an input is armed, and until when, in words; `disarmed`: by the device's switch."""
    if not view.enabled:
        return "disabled"
    if not view.armed:
        return "disarmed" if disarmed else "not now"
    if view.armed_until is None:
        return "armed"
    until = view.armed_until.astimezone(now.tzinfo)
    return f"to {until:%H:%M}" if until.date() == now.date() else f"to {until:%a %H:%M}"


def _ends(view: OutputView, now: datetime, *, follows: bool) -> str:
    """Returns when an output goes off, in words; empty while it is off."""
    if not view.on or not view.available:
        return ""
    if view.until is not None:
        return f"in {elapsed(now, view.until)}"
    if view.reason == "alarm" and follows:
        return "with the alarm"
    return "with schedule" if view.reason == "timing" else "when stopped"
