"""What time it is, and when the clock is set."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from programs.mqtt_client import until

from bridge.core.facts import Now
from bridge.runtime.clock import Clock, StepMeter, StepWatch, is_synchronised, wall_offset_s, zone


def test_a_zone_by_name_knows_its_daylight_saving():
    berlin = zone("Europe/Berlin")
    assert datetime(2026, 7, 1, tzinfo=berlin).utcoffset() == timedelta(hours=2)
    assert datetime(2026, 12, 1, tzinfo=berlin).utcoffset() == timedelta(hours=1)


def test_without_a_name_it_is_the_systems(monkeypatch):
    monkeypatch.setenv("TZ", ":America/New_York")
    assert datetime(2026, 7, 1, tzinfo=zone(None)).utcoffset() == timedelta(hours=-4)


def test_now_is_told_on_both_clocks():
    now = Clock("Asia/Tokyo").now()
    assert abs(now.monotonic - time.monotonic()) < 5
    assert abs((now.local - datetime.now(UTC)).total_seconds()) < 5
    assert now.local.utcoffset() == timedelta(hours=9)


def test_the_wall_time_of_an_instant_is_right_over_a_change_to_daylight_saving():
    berlin = zone("Europe/Berlin")
    now = Now(monotonic=10_000, local=datetime(2026, 3, 29, 3, 30, tzinfo=berlin))
    assert now.wall(10_000 - 3600) == datetime(2026, 3, 29, 1, 30, tzinfo=berlin)


def test_the_kernel_says_whether_the_clock_is_synchronised():
    assert is_synchronised() in (True, False)


@pytest.mark.skipif(os.getuid() != 0, reason="only root may set the clock")
async def test_setting_the_clock_is_told_without_polling():
    """The clock is set to what it is, and the watch believes that it was ten seconds behind until now."""
    steps, offsets = [], iter([wall_offset_s() - 10])
    watch = StepWatch(stepped=steps.append, offset_s=lambda: next(offsets, wall_offset_s()))
    try:
        time.clock_settime_ns(time.CLOCK_REALTIME, time.clock_gettime_ns(time.CLOCK_REALTIME))
    except PermissionError:
        pytest.skip("this machine lets nobody set its clock")
    else:
        await until(lambda: steps, what="the kernel's word")
    finally:
        watch.close()
    assert steps == [pytest.approx(10, abs=0.5)]


def test_small_steps_add_up_until_they_are_one():
    """Five corrections of a second and a half: a schedule that never hears of them is late by eight seconds."""
    meter = StepMeter(1000.0)
    assert [meter.step_s(1000.0 + 1.5 * count) for count in range(1, 6)] == [None, 3.0, None, 3.0, None]
