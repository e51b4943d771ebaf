"""A schedule that is followed: open or closed, until when, and without a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bridge.core.facts import Now
from bridge.core.schedule import ALWAYS, NEVER
from bridge.core.schedule_gate import LONGEST_S, ScheduleGate
from bridge.core.schedule_text import read_schedule

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday
AFTERNOON = read_schedule({"mon": ["13:00-14:00"]})


def at(seconds, *, step=0.0):
    return Now(monotonic=500.0 + seconds, local=NOON + timedelta(seconds=seconds + step))


def test_it_opens_and_closes_at_its_dues():
    gate = ScheduleGate(AFTERNOON, open_unset=True)
    assert not gate.update(at(0), clock_set=True)
    assert gate.due == 500.0 + 3600
    assert gate.update(at(3600), clock_set=True)
    assert gate.open
    assert gate.changes_at == NOON + timedelta(hours=2)
    assert gate.update(at(7200), clock_set=True)
    assert not gate.open


def test_between_its_dues_it_is_not_asked_again():
    gate = ScheduleGate(AFTERNOON, open_unset=True)
    gate.update(at(0), clock_set=True)
    assert not gate.update(at(10, step=3600), clock_set=True)
    gate.invalidate()
    assert gate.update(at(10, step=3600), clock_set=True)


def test_a_wake_up_that_the_wall_clock_has_not_reached_yet_asks_again_a_little_later():
    gate = ScheduleGate(AFTERNOON, open_unset=True)
    gate.update(at(0), clock_set=True)
    assert not gate.update(at(3600, step=-0.4), clock_set=True)
    assert gate.due == pytest.approx(500.0 + 3600.4)


@pytest.mark.parametrize("open_unset", [True, False])
def test_without_a_set_clock_periods_count_as_it_is_told(open_unset):
    gate = ScheduleGate(AFTERNOON, open_unset=open_unset)
    gate.update(at(0), clock_set=False)
    assert gate.open is open_unset
    assert gate.due is None
    assert gate.changes_at is None


@pytest.mark.parametrize(("schedule", "is_open"), [(ALWAYS, True), (NEVER, False)])
def test_always_and_never_stay_what_they_say_and_never_wake(schedule, is_open):
    for clock_set in (True, False):
        gate = ScheduleGate(schedule, open_unset=not is_open)
        gate.update(at(0), clock_set=clock_set)
        assert gate.open is is_open
        assert gate.due is None


def test_a_schedule_without_an_end_in_sight_is_asked_again_within_the_hour():
    gate = ScheduleGate(read_schedule({"special": {"2027-01-01": ["10:00-11:00"]}}), open_unset=True)
    gate.update(at(0), clock_set=True)
    assert gate.changes_at is None
    assert gate.due == 500.0 + LONGEST_S


def test_a_wall_clock_that_is_slewed_opens_nothing_late():
    """A clock that runs 500 ppm fast gains 1.8 s an hour: asked only at its change, a night would begin late."""
    gate = ScheduleGate(read_schedule({"tue": ["12:00-13:00"]}), open_unset=True)
    now = at(0)
    gate.update(now, clock_set=True)
    while not gate.open:
        passed = gate.due - 500.0
        now = at(passed, step=passed * 500e-6)
        gate.update(now, clock_set=True)
    assert timedelta(0) <= now.local - (NOON + timedelta(days=1)) <= timedelta(seconds=2)


def test_the_same_schedule_again_is_not_asked_and_another_one_is():
    gate = ScheduleGate(AFTERNOON, open_unset=True)
    gate.update(at(0), clock_set=True)
    gate.follow(read_schedule({"mon": ["13:00-14:00"]}))
    assert not gate.update(at(10), clock_set=True)
    gate.follow(ALWAYS)
    assert gate.update(at(10), clock_set=True)
