"""The written form of a schedule: `{mon-fri: ["22:00-06:00"], special: {"2026-12-24": []}}`.

Reading tells everything that is wrong, each with its place; writing gives a form that reads back
as the same schedule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from bridge.core.schedule import ALWAYS, DAY, NEVER, Period, Schedule, merged

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_RANGE = timedelta(days=366)
_PERIOD = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*(?:([01]?\d|2[0-3]):([0-5]\d)|24:00)")

_Place = tuple[str | int, ...]
_Days = TypeVar("_Days", int, date)


class ScheduleTextError(ValueError):
    """Faults of a written schedule: pairs of a place in it and a message."""

    def __init__(self, faults: Sequence[tuple[_Place, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(message for _, message in faults))


class _Refused(ValueError):
    """One part that cannot be read."""


def read_schedule(written: object) -> Schedule:
    """Returns the schedule that `always`, `never` or a mapping of days to periods means.

    Raises:
        ScheduleTextError: with every fault and its place.
    """
    if written in ("always", "never"):
        return ALWAYS if written == "always" else NEVER
    if not isinstance(written, Mapping):
        raise ScheduleTextError([((), "must be always, never, or days with their periods")])
    faults: list[tuple[_Place, str]] = []
    week: list[list[Period]] = [[] for _ in range(7)]
    for key, value in written.items():
        if key == "special":
            continue
        for weekday in _attempt(faults, (str(key),), _weekdays, key):
            for start, end in _periods(faults, (str(key),), value):
                week[weekday].append((start, min(end, DAY)))
                if end > DAY:
                    week[(weekday + 1) % 7].append((0, end - DAY))
    special, spill = _special(faults, written.get("special", {}))
    if faults:
        raise ScheduleTextError(faults)
    return Schedule(week=tuple(merged(day) for day in week), special=special, spill=spill)


def write_schedule(schedule: Schedule) -> str | dict[str, object]:
    """Returns the written form that reads back as this schedule; equal days are not grouped."""
    if schedule == ALWAYS:
        return "always"
    if schedule == NEVER:
        return "never"
    written: dict[str, object] = {
        name: [_written(period) for period in periods]
        for name, periods in zip(WEEKDAYS, schedule.week, strict=True)
        if periods
    }
    if schedule.special:
        written["special"] = {
            day.isoformat(): [_written(period) for period in _rejoined(schedule, day)]
            for day in sorted(schedule.special)
        }
    return written


def _special(
    faults: list[tuple[_Place, str]], written: object
) -> tuple[dict[date, tuple[Period, ...]], dict[date, tuple[Period, ...]]]:
    """Returns the periods of special days, and those that run on from them into ordinary days; adds faults to `faults`.

    A period over midnight runs on into the next day of its own range and into an ordinary day; a special day of another
    entry has replaced all of its 24 hours.
    """
    if not isinstance(written, Mapping):
        faults.append((("special",), "must be dates with their periods"))
        return {}, {}
    days: dict[date, list[Period]] = {}
    tails: list[tuple[date, Period, list[date]]] = []
    for key, value in written.items():
        place = ("special", str(key))
        own = _attempt(faults, place, _dates, key)
        periods = _periods(faults, place, value)
        for day in own:
            days.setdefault(day, []).extend((start, min(end, DAY)) for start, end in periods)
            tails += [(day + timedelta(days=1), (0, end - DAY), own) for _, end in periods if end > DAY]
    spill: dict[date, list[Period]] = {}
    for day, tail, own in tails:
        if day not in days:
            spill.setdefault(day, []).append(tail)
        elif day in own:
            days[day].append(tail)
    return {day: merged(p) for day, p in days.items()}, {day: merged(p) for day, p in spill.items()}


def _rejoined(schedule: Schedule, day: date) -> tuple[Period, ...]:
    """Returns the periods of a special day as they were written.

    The last one includes the part that runs on after midnight into an ordinary day.
    """
    periods = schedule.special[day]
    tail = schedule.spill.get(day + timedelta(days=1), ())
    if not tail or not periods or periods[-1][1] != DAY:
        return periods
    start, runs_until = periods[-1][0], tail[-1][1]
    if start > runs_until:
        return (*periods[:-1], (start, DAY + runs_until))
    # Written as one it would be longer than a day, and read as a short one: two that overlap.
    return (*periods, (runs_until + 1, DAY + runs_until))


def _written(period: Period) -> str:
    """Returns a period as text: `22:00-06:00`."""
    start, end = period
    end -= DAY if end > DAY else 0
    return f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"


def _attempt(
    faults: list[tuple[_Place, str]], place: _Place, read: Callable[[str], list[_Days]], key: object
) -> list[_Days]:
    """Returns the result of `read(key)`; if it refuses, an empty list, and adds the fault at `place` to `faults`."""
    try:
        return read(str(key))
    except _Refused as refused:
        faults.append((place, str(refused)))
        return []


def _weekdays(key: str) -> list[int]:
    """Returns the weekdays (Monday 0) of `mon` or `mon-fri`; `sat-mon` goes over the week's end. Raises _Refused."""
    first, _, last = key.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS or key.endswith("-"):
        message = f"{key!r} is neither a weekday such as mon, a range such as mon-fri, nor special"
        raise _Refused(message)
    begin = WEEKDAYS.index(first)
    return [(begin + ahead) % 7 for ahead in range((WEEKDAYS.index(last or first) - begin) % 7 + 1)]


def _dates(key: str) -> list[date]:
    """Returns the dates of `2026-12-24` or `2026-12-24..2026-12-26`, both ends included. Raises _Refused."""
    first_text, dots, last_text = key.partition("..")
    try:
        first = date.fromisoformat(first_text)
        last = date.fromisoformat(last_text) if dots else first
        last + timedelta(days=1)  # what runs on after midnight needs a next day
    except (ValueError, OverflowError):
        message = f"{key!r} is neither a date such as 2026-12-24 nor a range such as 2026-12-24..2026-12-26"
        raise _Refused(message) from None
    if not timedelta(0) <= last - first < LONGEST_RANGE:
        message = f"{key!r} must begin before it ends, within {LONGEST_RANGE.days} days"
        raise _Refused(message)
    return [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]


def _periods(faults: list[tuple[_Place, str]], place: _Place, written: object) -> list[Period]:
    """Returns the readable periods of a list; one that crosses midnight ends beyond `DAY`. Adds faults to `faults`."""
    if isinstance(written, str) or not isinstance(written, Sequence):
        faults.append((place, 'must be a list of periods such as ["22:00-06:00"]'))
        return []
    found: list[Period] = []
    for index, text in enumerate(written):
        try:
            found.append(_period(text))
        except _Refused as refused:
            faults.append(((*place, index), str(refused)))
    return found


def _period(text: object) -> Period:
    """Returns the period that a text such as `22:00-06:00` means; its end is beyond `DAY` over midnight.

    Raises _Refused.
    """
    match = _PERIOD.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None:
        message = f'{text!r} is not a period such as "22:00-06:00", between 00:00 and 24:00'
        raise _Refused(message)
    hour, minute, end_hour, end_minute = match.groups()
    start = int(hour) * 60 + int(minute)
    end = DAY if end_hour is None else int(end_hour) * 60 + int(end_minute)
    if start == end:
        message = f'{text!r} starts when it ends; a whole day is "00:00-24:00"'
        raise _Refused(message)
    return (start, end) if start < end else (start, end + DAY)
