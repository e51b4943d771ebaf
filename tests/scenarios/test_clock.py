"""Schedules on a clock that is stepped, not set, or changes to daylight saving (behaviour.md 3)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core import facts
from bridge.core.effects import PublishClock

AFTERNOON = {"mon": ["13:00-14:00"]}


def test_a_step_into_the_window_opens_it_at_once_and_moves_no_duration():
    story = Story(
        settings_of(
            an_input("door", outputs=["siren"]),
            an_output("siren", alarm_time_ms=5000),
            an_output("light", timing={"enabled": True, "schedule": AFTERNOON}),
        )
    )
    story.connect("door")
    story.set_clock(5400)
    assert story.is_on("light")
    story.wait(4.9)
    assert story.is_on("siren")
    story.wait(0.2)
    assert not story.is_on("siren")
    assert story.told("clock") == [("clock", "stepped")]


def test_without_a_set_clock_inputs_are_armed_and_timing_outputs_are_not():
    settings = settings_of(
        an_input("door", schedule=AFTERNOON),
        an_input("never", schedule="never"),
        an_output("light", timing={"enabled": True, "schedule": AFTERNOON}),
        an_output("always", timing={"enabled": True, "schedule": "always"}),
        device={"clock": "require_sync"},
    )
    story = Story(settings, at=datetime(2026, 6, 1, 13, 30, tzinfo=ZoneInfo("UTC")), started=False)
    assert story.is_on("light")
    story.wait(7200)
    assert not story.input("door").armed
    story.tell(facts.ClockChecked(synchronised=False))
    assert story.input("door").armed
    assert not story.input("never").armed
    assert not story.is_on("light")
    assert story.is_on("always")
    assert [each.synchronised for each in story.all(PublishClock)] == [True, False]
    story.tell(facts.ClockChecked(synchronised=True))
    assert not story.input("door").armed


def test_a_clock_from_before_the_release_is_not_set():
    settings = settings_of(an_input("door", schedule=AFTERNOON))
    story = Story(settings, at=datetime(1970, 1, 1, 0, 0, tzinfo=ZoneInfo("UTC")))
    assert story.input("door").armed
    story.set_clock((datetime(2026, 6, 2, tzinfo=ZoneInfo("UTC")) - story.now.local).total_seconds())
    assert not story.input("door").armed


@pytest.mark.parametrize(
    ("zone", "start", "period", "hours_open"),
    [
        ("Europe/Berlin", (2026, 3, 28), "02:15-02:45", 0),
        ("Europe/Berlin", (2026, 10, 24), "02:15-02:45", 1.0),
        ("America/New_York", (2026, 3, 7), "02:15-02:45", 0),
        ("America/New_York", (2026, 10, 31), "01:15-01:45", 1.0),
        ("Australia/Lord_Howe", (2026, 10, 3), "02:05-02:25", 0),
        ("Australia/Lord_Howe", (2026, 4, 4), "01:35-01:55", 2 / 3),
        ("Asia/Tokyo", (2026, 3, 28), "02:15-02:45", 0.5),
        ("Europe/Berlin", (2026, 3, 28), "01:00-04:00", 2),
        ("Europe/Berlin", (2026, 10, 24), "01:00-04:00", 4),
    ],
)
def test_a_window_over_the_night_of_the_change_is_open_for_as_long_as_the_wall_says(zone, start, period, hours_open):
    evening = datetime(*start, 22, tzinfo=ZoneInfo(zone))
    schedule = {"sun": [period]}
    story = Story(
        settings_of(an_output("light", timing={"enabled": True, "schedule": schedule}), device={"timezone": zone}),
        at=evening,
    )
    story.wait(14 * 3600)
    opened = [entry.seconds for entry in story.journal("output_off")]
    assert sum(opened) == pytest.approx(hours_open * 3600, abs=2)
    if period != "01:00-04:00":
        assert len(opened) == {0: 0, 0.5: 1}.get(hours_open, 2)
