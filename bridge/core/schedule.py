"""Weekly schedules with special days, in local wall time (`behaviour.md` 3).

`is_open` is a pure function of the local time; everything about daylight saving follows from that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

Period = tuple[int, int]
"""`[start, end)` in minutes of a local day, 0 to 1440."""

DAY = 24 * 60
HORIZON = timedelta(days=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Times of the week: merged, sorted periods for each weekday (Monday first).

    `special` replaces all 24 hours of a date; `spill` adds to an ordinary date what a special day
    before it runs on for after midnight.
    """

    week: tuple[tuple[Period, ...], ...]
    special: Mapping[date, tuple[Period, ...]] = field(default_factory=dict)
    spill: Mapping[date, tuple[Period, ...]] = field(default_factory=dict)

    @property
    def has_periods(self) -> bool:
        """Whether the schedule depends on the time; False for `always` and `never`."""
        return bool(self.special) or self.week not in (ALWAYS.week, NEVER.week)

    def periods(self, day: date) -> tuple[Period, ...]:
        """Returns the open periods of one date, sorted; an empty tuple if it is closed all day."""
        if day in self.special:
            return self.special[day]
        weekly = self.week[day.weekday()]
        return merged((*weekly, *self.spill[day])) if day in self.spill else weekly


ALWAYS = Schedule(week=(((0, DAY),),) * 7)
NEVER = Schedule(week=((),) * 7)


def merged(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Returns the periods sorted, with overlapping and touching ones joined."""
    out: list[Period] = []
    for start, end in sorted(periods):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return tuple(out)


def is_open(schedule: Schedule, local: datetime) -> bool:
    """Returns whether the schedule is open at a local wall time."""
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in schedule.periods(local.date()))


def next_change(schedule: Schedule, local: datetime) -> datetime | None:
    """Returns the first instant after `local` at which `is_open` changes, in UTC.

    None if there is no change within `HORIZON`; the caller asks again after that. `local` has its zone.
    """
    if not schedule.has_periods:
        return None
    now = local.astimezone(UTC)
    was = is_open(schedule, local)
    for instant in sorted(set(_instants(schedule, local))):
        if instant > now + HORIZON:
            break
        if instant > now and is_open(schedule, instant.astimezone(local.tzinfo)) != was:
            return instant
    return None


def _instants(schedule: Schedule, local: datetime) -> Iterator[datetime]:
    """Yields all instants, in UTC, at which a schedule may change between the day before `local` and after the horizon.

    A wall time in a repeated hour is two instants. A wall time in a skipped hour is none: there the change shows at the
    transition itself, which is why transitions are instants too.
    """
    zone = local.tzinfo
    for ahead in range(-1, HORIZON.days + 2):
        day = local.date() + timedelta(days=ahead)
        midnight = datetime.combine(day, time())
        for minute in {0, *(edge for period in schedule.periods(day) for edge in period)}:
            wall = midnight + timedelta(minutes=minute)
            for fold in (0, 1):
                yield wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        begin = midnight.replace(tzinfo=zone).astimezone(UTC)
        end = (midnight + timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC)
        if begin.astimezone(zone).utcoffset() != end.astimezone(zone).utcoffset():
            yield _transition(begin, end, local)


def _transition(low: datetime, high: datetime, local: datetime) -> datetime:
    """Returns the second between `low` and `high` (UTC) at which the zone of `local` changes its offset."""
    zone = local.tzinfo
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle <= low:
            middle = low + timedelta(seconds=1)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
