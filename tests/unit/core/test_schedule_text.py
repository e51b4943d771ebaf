"""How a schedule is written, and everything that can be wrong in it."""

from __future__ import annotations

from datetime import date

import pytest

from bridge.core.schedule import ALWAYS, NEVER
from bridge.core.schedule_text import ScheduleTextError, read_schedule, write_schedule


def faults(written):
    with pytest.raises(ScheduleTextError) as caught:
        read_schedule(written)
    return [place for place, _ in caught.value.faults]


def test_always_and_never_are_words():
    assert (read_schedule("always"), read_schedule("never")) == (ALWAYS, NEVER)
    assert (write_schedule(ALWAYS), write_schedule(NEVER)) == ("always", "never")


def test_a_period_over_midnight_is_split_over_two_days_and_over_the_weeks_end():
    schedule = read_schedule({"sun": ["22:00-06:00"]})
    assert schedule.week[6] == ((1320, 1440),)
    assert schedule.week[0] == ((0, 360),)


def test_an_end_at_midnight_may_be_written_both_ways():
    assert read_schedule({"mon": ["22:00-24:00"]}) == read_schedule({"mon": ["22:00-00:00"]})


def test_ranges_of_days_may_go_over_the_weeks_end():
    schedule = read_schedule({"sat-mon": ["1:00-2:00"]})
    assert [bool(day) for day in schedule.week] == [True, False, False, False, False, True, True]


@pytest.mark.parametrize(
    ("written", "places"),
    [
        ({"mon": ["08:00-08:00"]}, [("mon", 0)]),
        ({"mon": ["08:00-24:01"]}, [("mon", 0)]),
        ({"mon": ["24:00-08:00"]}, [("mon", 0)]),
        ({"mon": ["8-9", "10:00-11:00", 7]}, [("mon", 0), ("mon", 2)]),
        ({"mon": "08:00-09:00"}, [("mon",)]),
        ({"monday": []}, [("monday",)]),
        ({"mon-": []}, [("mon-",)]),
        ({"-mon": []}, [("-mon",)]),
        ({"special": []}, [("special",)]),
        ({"special": {"2026-02-30": []}}, [("special", "2026-02-30")]),
        ({"special": {"2026-02-03..2026-02-01": []}}, [("special", "2026-02-03..2026-02-01")]),
        ({"special": {"2026-02-03..2028-02-01": []}}, [("special", "2026-02-03..2028-02-01")]),
        ({"special": {"9999-12-31": []}}, [("special", "9999-12-31")]),
        (7, [()]),
    ],
)
def test_everything_that_is_wrong_is_told_with_its_place(written, places):
    assert faults(written) == places


def test_a_special_evening_runs_on_into_an_ordinary_day_and_not_into_another_special_one():
    schedule = read_schedule(
        {"special": {"2026-06-01": ["22:00-06:00"], "2026-06-03": ["22:00-06:00"], "2026-06-04": []}}
    )
    assert schedule.periods(date(2026, 6, 2)) == ((0, 360),)
    assert schedule.periods(date(2026, 6, 4)) == ()


def test_a_range_of_special_evenings_runs_on_through_its_own_days():
    schedule = read_schedule({"special": {"2026-06-01..2026-06-02": ["22:00-06:00"]}})
    assert schedule.periods(date(2026, 6, 1)) == ((1320, 1440),)
    assert schedule.periods(date(2026, 6, 2)) == ((0, 360), (1320, 1440))
    assert schedule.periods(date(2026, 6, 3)) == ((0, 360),)


def test_a_special_day_that_is_all_open_and_runs_on_reads_back():
    schedule = read_schedule({"special": {"2026-06-01": ["00:00-24:00", "23:00-05:00"]}})
    assert read_schedule(write_schedule(schedule)) == schedule
