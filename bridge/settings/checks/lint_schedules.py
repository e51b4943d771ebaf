"""Holes in weekly schedules that are probably a slip (pure).

A period over midnight belongs to the day on which it begins. `mon-fri: ["18:00-07:00"], sat-sun:
["00:00-24:00"]` therefore leaves the night to Monday open only until midnight: Sunday has no evening
period that would run on. A hole is taken for such a slip when it is shorter than a day, lies between
two long open periods, and begins or ends exactly at midnight where its neighbour runs over one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bridge.core.definitions.settings import Settings
from bridge.core.schedule import DAY, Period, Schedule, merged
from bridge.core.schedule_text import WEEKDAYS
from bridge.settings.location import Finding, Loc

LONG = 6 * 60
"""Minutes of an open period from which on a hole beside it is doubtful."""
WEEK = 7 * DAY
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def schedule_findings(settings: Settings) -> Iterator[Finding]:
    """Yields one finding for each schedule with such a hole, named ones first."""
    for loc, schedule in _places(settings):
        hole = doubtful_hole(schedule)
        if hole is None:
            continue
        start, end = hole
        day = start // DAY % 7
        until = "24:00" if end % DAY == 0 else _clock(end)
        yield Finding(
            loc=loc,
            message=(
                f"is closed on {_DAYS[day]} from {_clock(start)} to {until}, between two long open periods; "
                "a period over midnight belongs to the day on which it begins"
            ),
            allowed=f"a period of {WEEKDAYS[day]} as well, if it is meant to be open then",
            shown=False,
        )


def doubtful_hole(schedule: Schedule) -> Period | None:
    """Returns a closed time of the week that is probably a slip, or None if there is none.

    Begin and end in minutes since Monday 00:00; the end may lie in the next week.
    """
    open_periods = merged(
        (day * DAY + start, day * DAY + end) for day, periods in enumerate(schedule.week) for start, end in periods
    )
    if not open_periods:
        return None
    # The week goes round: what is open over its end is one period, and the first follows the last.
    if len(open_periods) > 1 and open_periods[0][0] == 0 and open_periods[-1][1] == WEEK:
        first, *others = open_periods
        open_periods = (*others[:-1], (others[-1][0], WEEK + first[1]))
    following = (*open_periods[1:], (open_periods[0][0] + WEEK, open_periods[0][1] + WEEK))
    for before, after in zip(open_periods, following, strict=True):
        hole = (before[1], after[0])
        if 0 < hole[1] - hole[0] < DAY and min(_length(before), _length(after)) >= LONG and _slip(before, after):
            return hole if hole[0] < WEEK else (hole[0] - WEEK, hole[1] - WEEK)
    return None


def _slip(before: Period, after: Period) -> bool:
    """Returns whether one neighbour ends at midnight while the other one runs over it, as nights do."""
    return (before[1] % DAY == 0 and _over_midnight(after)) or (after[0] % DAY == 0 and _over_midnight(before))


def _over_midnight(period: Period) -> bool:
    return (period[0] // DAY + 1) * DAY < period[1]


def _length(period: Period) -> int:
    return period[1] - period[0]


def _clock(minute: int) -> str:
    """Returns a minute of the week as `HH:MM`."""
    return f"{minute % DAY // 60:02}:{minute % 60:02}"


def _places(settings: Settings) -> Iterator[tuple[Loc, Schedule]]:
    """Yields each schedule that is written out, with its location."""
    named: Mapping[str, Schedule] = settings.schedules
    for name, schedule in named.items():
        yield ("schedules", name), schedule
    for index, one in enumerate(settings.inputs):
        if isinstance(one.schedule, Schedule):
            yield ("inputs", index, "schedule"), one.schedule
    for index, output in enumerate(settings.outputs):
        if isinstance(output.timing.schedule, Schedule):
            yield ("outputs", index, "timing", "schedule"), output.timing.schedule
