"""Holes in a week that are taken for a slip, and ordinary weeks that are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.schedule import ALWAYS, NEVER
from bridge.core.schedule_text import WEEKDAYS, read_schedule
from bridge.settings.checks.lint_schedules import doubtful_hole

ALL_DAY = ["00:00-24:00"]
DAY = 24 * 60


@pytest.mark.parametrize(
    ("written", "hole"),
    [
        ({"mon-fri": ["18:00-07:00"], "sat-sun": ALL_DAY}, (0, 18 * 60)),
        ({"mon-fri": ["17:30-08:15"], "sat": ALL_DAY, "sun": ALL_DAY}, (0, 17 * 60 + 30)),
        ({"mon-thu": ["20:00-06:00"], "fri-sun": ALL_DAY}, (0, 20 * 60)),
        ({"sun-thu": ["22:00-06:00"], "fri-sat": ALL_DAY}, (6 * DAY, 6 * DAY + 22 * 60)),
        ({"sun": ["12:00-24:00"], "mon-thu": ["22:00-06:00"]}, (0, 22 * 60)),
        ({"tue-sun": ALL_DAY, "mon": ["18:00-24:00"]}, (0, 18 * 60)),
        # The evening before a whole day is forgotten.
        ({"sun-thu": ["22:00-06:00"], "sat": ALL_DAY}, (4 * DAY + 6 * 60, 5 * DAY)),
    ],
)
def test_a_hole_beside_midnight_between_two_long_periods_is_a_slip(written, hole):
    assert doubtful_hole(read_schedule(written)) == hole


@pytest.mark.parametrize(
    "written",
    [
        {"mon-fri": ["00:00-07:00", "18:00-24:00"], "sat-sun": ALL_DAY},
        {"mon-sun": ["22:00-06:00"]},
        {"mon-sun": ["00:00-06:00", "22:00-24:00"]},
        {"mon-fri": ["18:00-07:00"]},
        {"mon": ["18:00-07:00"]},
        {"sat-sun": ALL_DAY},
        {"mon-fri": ["08:00-17:00"], "sat-sun": ALL_DAY},
        {"mon-sun": ["07:00-24:00"]},
        {"mon-sun": ["18:00-24:00"]},
        {"mon-fri": ["22:00-06:00"], "sat-sun": ["23:00-09:00"]},
        {"mon-sat": ALL_DAY},
        {"mon-sat": ALL_DAY, "sun": ["00:00-10:00", "12:00-24:00"]},
        {"mon": ["10:00-11:00"]},
    ],
)
def test_an_ordinary_week_has_no_doubtful_hole(written):
    assert doubtful_hole(read_schedule(written)) is None


def test_always_and_never_have_none():
    assert (doubtful_hole(ALWAYS), doubtful_hole(NEVER)) == (None, None)


def clock(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


@given(st.integers(1, DAY - 1), st.integers(1, DAY - 1))
def test_the_same_periods_on_every_day_are_meant(start, end):
    if start != end:
        assert doubtful_hole(read_schedule({"mon-sun": [f"{clock(start)}-{clock(end)}"]})) is None


@given(st.integers(0, 6), st.integers(1, 4), st.integers(13 * 60, 22 * 60), st.integers(4 * 60, 10 * 60))
def test_nights_with_whole_days_among_them_are_a_slip_until_the_morning_after_is_there(first, days, evening, morning):
    whole = {(first + ahead) % 7 for ahead in range(days)}
    night = f"{clock(evening)}-{clock(morning)}"
    written = {WEEKDAYS[day]: ALL_DAY if day in whole else [night] for day in range(7)}
    after = (first + days) % 7
    assert doubtful_hole(read_schedule(written)) == (after * DAY, after * DAY + evening)
    written[WEEKDAYS[after]] = [f"00:00-{clock(morning)}", night]
    assert doubtful_hole(read_schedule(written)) is None


def test_a_slip_is_told_at_its_schedule_wherever_that_is_written(loaded):
    week = '{mon-fri: ["18:00-07:00"], sat-sun: ["00:00-24:00"]}'
    got = loaded(
        "lines: {driver: simulated}\n"
        "web: {enabled: false}\n"
        f"schedules: {{nights: {week}}}\n"
        f"inputs:\n  - {{id: door, schedule: {week}}}\n"
        f"  - {{id: gate, schedule: nights}}\n"
        f"outputs:\n  - id: lamp\n    timing: {{enabled: true, schedule: {week}}}\n"
    )
    message = (
        "is closed on Monday from 00:00 to 18:00, between two long open periods; a period over midnight belongs to "
        "the day on which it begins (allowed: a period of mon as well, if it is meant to be open then)"
    )
    assert got.warnings() == (
        f"{got.path}:3: schedules.nights: {message}",
        f"{got.path}:5: inputs[0].schedule: {message}",
        f"{got.path}:9: outputs[0].timing.schedule: {message}",
    )
