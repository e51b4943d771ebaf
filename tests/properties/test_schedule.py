"""Schedules against brute force, minute by minute over both changes to and from daylight saving."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.core.schedule import HORIZON, is_open, next_change
from bridge.core.schedule_text import WEEKDAYS, read_schedule, write_schedule

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo")
CHANGES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "Asia/Tokyo": (date(2026, 3, 29), date(2026, 10, 25)),
}
MINUTE = timedelta(minutes=1)
NEAR = [0, 30, 60, 90, 105, 119, 120, 121, 135, 150, 179, 180, 181, 240, 720, 1320, 1439]


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


starts = st.sampled_from(NEAR) | st.integers(0, 1439)
periods = (
    st.tuples(starts, starts | st.just(1440))
    .filter(lambda p: p[0] != p[1])
    .map(lambda p: f"{clock(p[0])}-{clock(p[1])}")
)
day_lists = st.lists(periods, max_size=3)
weeks = st.dictionaries(st.sampled_from([*WEEKDAYS, "mon-fri", "sat-sun", "sun-tue"]), day_lists, max_size=4)


def specials(days: st.SearchStrategy[date]) -> st.SearchStrategy[dict[str, list[str]]]:
    keys = st.builds(
        lambda day, more: day.isoformat() if not more else f"{day}..{day + timedelta(days=more)}",
        days,
        st.integers(0, 3),
    )
    return st.dictionaries(keys, day_lists, max_size=3)


@st.composite
def moments(draw):
    """A zone, a night with a change of its offset, and a schedule that may have special days around it."""
    name = draw(st.sampled_from(ZONES))
    night = draw(st.sampled_from(CHANGES[name]))
    near = st.integers(-2, 2).map(lambda days: night + timedelta(days=days))
    written = {**draw(weeks), "special": draw(specials(near))}
    begin = datetime(night.year, night.month, night.day, tzinfo=UTC) - timedelta(hours=36)
    at = begin + timedelta(seconds=draw(st.integers(0, 72 * 3600)))
    return ZoneInfo(name), read_schedule(written), at


@settings(max_examples=150)
@given(moments())
def test_the_next_change_is_the_first_minute_at_which_it_differs(moment):
    zone, schedule, at = moment
    was = is_open(schedule, at.astimezone(zone))
    minute = at.replace(second=0, microsecond=0) + MINUTE
    while minute <= at + HORIZON and is_open(schedule, minute.astimezone(zone)) == was:
        minute += MINUTE
    expected = minute if minute <= at + HORIZON and schedule.has_periods else None
    assert next_change(schedule, at.astimezone(zone)) == expected


@given(week=weeks, special=specials(st.dates(date(2026, 1, 1), date(2026, 1, 12))))
def test_what_is_written_reads_back_as_the_same_schedule(week, special):
    schedule = read_schedule({**week, "special": special})
    assert read_schedule(write_schedule(schedule)) == schedule


@given(week=weeks, special=specials(st.dates(date(2026, 1, 1), date(2026, 1, 8))))
def test_what_is_open_is_what_the_written_periods_say_minute_by_minute(week, special):
    """Judged from the written text alone: whose periods count, and what ran on over midnight."""
    schedule = read_schedule({**week, "special": special})
    for ahead in range(0, 12 * 1440, 47):
        at = datetime(2025, 12, 31) + ahead * MINUTE  # noqa: DTZ001 - a wall time
        assert is_open(schedule, at) == by_the_text(week, special, at)


def by_the_text(week, special, at):
    minute = at.hour * 60 + at.minute
    entries = [entry for key in special if at.date() in (entry := dates(key))]
    if entries:
        own = [(key, texts) for key, texts in special.items() if at.date() in dates(key)]
        return any(
            covers(text, minute) or (at.date() - timedelta(days=1) in dates(key) and runs_on(text, minute))
            for key, texts in own
            for text in texts
        )
    today, yesterday = WEEKDAYS[at.weekday()], WEEKDAYS[at.weekday() - 1]
    before = at.date() - timedelta(days=1)
    return (
        any(covers(text, minute) for key, texts in week.items() if today in days(key) for text in texts)
        or any(runs_on(text, minute) for key, texts in week.items() if yesterday in days(key) for text in texts)
        or any(runs_on(text, minute) for key, texts in special.items() if before in dates(key) for text in texts)
    )


def minutes(text):
    return [int(part[:2]) * 60 + int(part[3:]) for part in text.split("-")]


def covers(text, minute):
    start, end = minutes(text)
    return start <= minute and (minute < end or end < start)


def runs_on(text, minute):
    start, end = minutes(text)
    return end < start and minute < end


def days(key):
    first, _, last = key.partition("-")
    begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    return [WEEKDAYS[(begin + ahead) % 7] for ahead in range((end - begin) % 7 + 1)]


def dates(key):
    first, _, last = key.partition("..")
    begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    return [begin + timedelta(days=ahead) for ahead in range((end - begin).days + 1)]


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_nights_has_two_changes_a_day_whatever_the_zone(zone):
    schedule = read_schedule({"mon-sun": ["18:00-07:00"]})
    at, changes = datetime(2026, 1, 1, 0, 30, tzinfo=ZoneInfo(zone)), 0
    while at.year == 2026:
        found = next_change(schedule, at)
        assert found is not None
        at, changes = found.astimezone(ZoneInfo(zone)), changes + 1
        assert (at.hour, at.minute) in ((18, 0), (7, 0)) or at.year > 2026
    assert changes == 2 * 365 + 1
