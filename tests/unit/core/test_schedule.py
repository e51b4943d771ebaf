"""Periods of days, and the instants between them; daylight saving is in the properties."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bridge.core.schedule import ALWAYS, NEVER, is_open, merged, next_change
from bridge.core.schedule_text import read_schedule

MONDAY = datetime(2026, 6, 1, tzinfo=UTC)


def test_periods_that_overlap_or_touch_are_one():
    assert merged([(60, 120), (0, 60), (100, 200), (300, 301)]) == ((0, 200), (300, 301))


@pytest.mark.parametrize(("hour", "is_it"), [(9, False), (10, True), (11, True), (12, False)])
def test_a_period_holds_its_start_and_not_its_end(hour, is_it):
    assert is_open(read_schedule({"mon": ["10:00-12:00"]}), MONDAY.replace(hour=hour)) is is_it


def test_the_last_minute_of_a_period_is_open_to_its_last_second():
    assert is_open(read_schedule({"mon": ["10:00-12:00"]}), MONDAY.replace(hour=11, minute=59, second=59))


def test_always_and_never_have_no_change_ahead():
    assert (ALWAYS.has_periods, NEVER.has_periods) == (False, False)
    assert next_change(ALWAYS, MONDAY) is None
    assert next_change(NEVER, MONDAY) is None


def test_a_week_written_out_in_full_is_always():
    assert read_schedule({"mon-sun": ["00:00-12:00", "12:00-24:00"]}) == ALWAYS


def test_a_special_day_replaces_its_date_with_the_tail_of_the_evening_before():
    schedule = read_schedule({"mon-sun": ["18:00-07:00"], "special": {"2026-06-02": ["12:00-13:00"]}})
    special = datetime(2026, 6, 2, tzinfo=UTC)
    assert [hour for hour in range(24) if is_open(schedule, special.replace(hour=hour))] == [12]
    assert is_open(schedule, special.replace(day=3, hour=6))


def test_a_special_day_after_the_horizon_is_not_in_sight_and_one_before_is():
    schedule = read_schedule({"special": {"2026-06-09": ["00:00-24:00"]}})
    assert next_change(schedule, MONDAY) == datetime(2026, 6, 9, tzinfo=UTC)
    assert next_change(schedule, MONDAY.replace(day=1, month=5)) is None


def test_periods_that_meet_at_midnight_are_one_opening():
    schedule = read_schedule({"mon": ["22:00-24:00"], "tue": ["00:00-06:00"]})
    assert next_change(schedule, MONDAY.replace(hour=22)) == datetime(2026, 6, 2, 6, tzinfo=UTC)


def test_a_date_that_a_zone_left_out_has_no_hours():
    """Samoa had no 30 December 2011."""
    schedule = read_schedule({"special": {"2011-12-30": ["00:00-24:00"]}})
    evening = datetime(2011, 12, 29, 20, tzinfo=ZoneInfo("Pacific/Apia"))
    assert next_change(schedule, evening) is None


def test_special_days_of_one_date_form_a_union():
    schedule = read_schedule({"special": {"2026-06-01": ["01:00-02:00"], "2026-06-01..2026-06-02": ["05:00-06:00"]}})
    assert schedule.periods(date(2026, 6, 1)) == ((60, 120), (300, 360))
