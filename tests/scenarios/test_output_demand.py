"""Who wants an output on, and until when (behaviour.md 4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core import facts
from bridge.core.effects import Answer

EVENING = {"mon": ["13:00-14:00"]}


def a_siren(*, sources=("door",), **settings):
    inputs = [an_input(source, outputs=["siren"], quiet_s=0) for source in sources]
    return Story(settings_of(*inputs, an_output("siren", **settings)))


@pytest.mark.parametrize(
    ("settings", "on"),
    [
        ({"follow_source": True, "alarm_time_ms": 3000}, [(0, 10)]),
        ({"alarm_time_ms": 3000}, [(0, 3)]),
        ({"alarm_time_ms": 20_000}, [(0, 20)]),
        ({}, [(0, None)]),
    ],
)
def test_how_long_an_alarm_of_ten_seconds_keeps_it_on(settings, on):
    story = a_siren(**settings)
    story.connect("door")
    story.wait(10)
    story.disconnect("door")
    story.wait(30)
    journal = story.journal("output_on", "output_off")
    seen = [(0, None)] if len(journal) == 1 else [(0, pytest.approx(journal[1].seconds))]
    assert seen == on


@pytest.mark.parametrize(("retrigger", "end"), [("extend", 8), ("ignore", 5)])
def test_a_retrigger_at_three_seconds_extends_or_is_ignored(retrigger, end):
    story = a_siren(alarm_time_ms=5000, retrigger=retrigger)
    story.connect("door")
    story.wait(3)
    story.disconnect("door")
    story.connect("door")
    story.wait(20)
    assert story.journal("output_off")[0].seconds == pytest.approx(end)
    assert len(story.journal("output_on")) == 1


def test_an_alarm_that_outlives_its_time_does_not_rearm():
    story = a_siren(alarm_time_ms=5000)
    story.connect("door")
    story.wait(60)
    assert [entry.kind for entry in story.journal("output_on", "output_off")] == ["output_on", "output_off"]


def test_following_it_is_on_while_any_source_is_live():
    story = a_siren(sources=("door", "gate"), follow_source=True)
    story.connect("door")
    story.connect("gate")
    story.disconnect("door")
    assert story.output("siren").sources == ("gate",)
    assert story.is_on("siren")
    story.disconnect("gate")
    assert not story.is_on("siren")
    assert story.output("siren").reason == "restored"


def test_a_stop_silences_live_sources_until_a_new_begin():
    story = a_siren(sources=("door", "gate"), follow_source=True)
    story.connect("door")
    story.stop("siren")
    assert not story.is_on("siren")
    assert story.output("siren").reason == "stop"
    story.wait(1000)
    assert not story.is_on("siren")
    story.connect("gate")
    assert story.is_on("siren")


def test_an_alarms_end_never_clears_a_manual_start():
    story = a_siren(follow_source=True)
    story.start("siren")
    story.connect("door")
    story.disconnect("door")
    assert story.is_on("siren")
    assert story.output("siren").reason == "manual"


@pytest.mark.parametrize(
    ("settings", "how", "seconds"),
    [
        ({}, {}, None),
        ({"follow_source": True, "alarm_time_ms": 3000}, {}, None),
        ({"alarm_time_ms": 3000}, {}, 3),
        ({"alarm_time_ms": 3000}, {"duration_ms": 1000}, 1),
        ({}, {"duration_ms": 7000}, 7),
    ],
)
def test_how_long_a_manual_start_lasts(settings, how, seconds):
    story = a_siren(**settings)
    story.start("siren", **how)
    story.wait(100)
    assert [entry.seconds for entry in story.journal("output_off")] == (
        [] if seconds is None else [pytest.approx(seconds)]
    )


def test_a_timed_output_shows_until_when():
    story = a_siren(alarm_time_ms=5000)
    story.connect("door")
    view = story.output("siren")
    assert view.until == datetime(2026, 6, 1, 12, 0, 5, tzinfo=UTC)
    assert (view.remaining_ms, view.reason, view.by) == (5000, "alarm", "door")


def test_with_timing_on_the_window_rules_and_alarms_only_log():
    story = a_siren(timing={"enabled": True, "schedule": EVENING})
    story.connect("door")
    assert not story.is_on("siren")
    story.wait(3600)
    assert story.output("siren").reason == "timing"
    assert story.output("siren").until == datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
    story.wait(3600)
    assert not story.is_on("siren")
    assert story.output("siren").reason == "time"


def test_a_long_window_shows_its_end_all_the_time():
    story = a_siren(timing={"enabled": True, "schedule": {"mon": ["13:00-22:30"]}})
    for _ in range(9):
        story.wait(3600)
        shown = story.output("siren").until
        assert abs(shown - datetime(2026, 6, 1, 22, 30, tzinfo=UTC)) < timedelta(milliseconds=1)
    story.wait(5400)
    assert not story.is_on("siren")


def test_a_stop_in_a_window_lasts_until_the_next_window():
    story = a_siren(timing={"enabled": True, "schedule": {"mon-sun": ["13:00-14:00"]}})
    story.wait(3700)
    story.stop("siren")
    story.wait(1000)
    assert not story.is_on("siren")
    story.wait(24 * 3600)
    assert story.is_on("siren")


def test_a_manual_start_takes_a_stopped_window_back():
    story = a_siren(timing={"enabled": True, "schedule": EVENING})
    story.wait(3700)
    story.stop("siren")
    story.start("siren", duration_ms=1000)
    story.wait(10)
    assert story.output("siren").reason == "timing"


def test_a_siren_is_cut_off_after_fifteen_minutes():
    story = a_siren(kind="siren")
    story.connect("door")
    story.wait(899)
    assert story.is_on("siren")
    story.wait(2)
    assert not story.is_on("siren")
    assert [entry.kind for entry in story.journal("cut_off", "output_off")] == ["cut_off", "output_off"]
    story.wait(5000)
    assert not story.is_on("siren")


def test_a_lost_broker_ends_manual_starts_over_mqtt_and_nothing_else():
    story = Story(
        settings_of(
            an_input("door", outputs=["lamp"]),
            *(an_output(each, on_broker_loss={"stop_after_s": 60}) for each in ("siren", "lamp", "page")),
        )
    )
    story.start("siren")
    story.start("page", by="page")
    story.connect("door")
    story.tell(facts.BrokerLost())
    story.wait(59)
    assert story.is_on("siren")
    story.wait(2)
    assert not story.is_on("siren")
    assert story.output("siren").reason == "broker_loss"
    assert story.is_on("lamp")
    assert story.is_on("page")


def test_a_broker_that_comes_back_in_time_ends_nothing():
    story = a_siren(on_broker_loss={"stop_after_s": 60})
    story.start("siren")
    story.tell(facts.BrokerLost())
    story.wait(50)
    story.tell(facts.BrokerFound())
    story.wait(100)
    assert story.is_on("siren")


def test_a_lost_line_idles_the_output_and_only_live_sources_come_back():
    story = Story(
        settings_of(
            an_input("door", outputs=["siren", "lamp"]), an_output("siren", follow_source=True), an_output("lamp")
        )
    )
    story.connect("door")
    for output in ("siren", "lamp"):
        story.tell(facts.LineLost(terminal=output, problem="chip is gone"))
        view = story.output(output)
        assert (view.on, view.available, view.contact, view.problem) == (False, False, "unknown", "line_fault")
        story.tell(facts.LineFound(terminal=output))
    assert story.is_on("siren")
    assert not story.is_on("lamp")


def test_a_lost_line_refuses_a_start_and_takes_a_stop():
    story = a_siren()
    story.tell(facts.LineLost(terminal="siren", problem="chip is gone"))
    story.start("siren", request=1)
    assert [fault.message for fault in story.all(Answer)[0].faults] == ["line lost: chip is gone"]
    assert story.told("refused") == [("refused", "start")]


def test_starts_are_limited_to_five_a_second_and_stops_are_not():
    story = a_siren()
    for _ in range(7):
        story.start("siren", request=1)
        story.stop("siren")
    assert [len(answer.faults) for answer in story.all(Answer)] == [0] * 5 + [1] * 2
    assert not story.is_on("siren")
    story.wait(1)
    story.start("siren", request=1)
    assert story.is_on("siren")


def test_toggle_stops_what_is_on_and_starts_what_is_off():
    story = a_siren()
    for expected in (True, False, True):
        story.tell(facts.OutputToggleRequested(output="siren", origin=facts.Origin(by="mqtt")))
        assert story.is_on("siren") is expected


def test_silence_stops_every_output_and_spends_live_sources():
    story = Story(
        settings_of(an_input("door", outputs=["siren"]), an_output("siren", follow_source=True), an_output("lamp"))
    )
    story.connect("door")
    story.start("lamp")
    story.tell(facts.SilenceRequested(origin=facts.Origin(by="mqtt", request=1)))
    assert not story.is_on("siren")
    assert not story.is_on("lamp")
    assert len(story.all(Answer)) == 1


def test_pulse_begins_active_and_alternates_at_absolute_times():
    story = a_siren(mode="pulse", pulse={"on_ms": 200, "off_ms": 300}, alarm_time_ms=1400)
    story.connect("door")
    story.wait(0.3)
    story.disconnect("door")
    story.connect("door")  # does not restart the phase
    story.wait(5)
    assert story.edges("siren") == [
        (0, "high"), (0.2, "low"), (0.5, "high"), (0.7, "low"), (1.0, "high"), (1.2, "low"),
        (1.5, "high"), (1.7, "low"),
    ]  # fmt: skip
    assert [entry.kind for entry in story.journal("output_on", "output_off")] == ["output_on", "output_off"]


def test_a_late_wake_up_skips_whole_pulses_and_never_bursts():
    story = a_siren(mode="pulse", pulse={"on_ms": 100, "off_ms": 100})
    story.start("siren")
    story.oversleep(10.35)
    story.tell(facts.ClockChecked(synchronised=True))
    story.wait(0.06)
    assert story.edges("siren") == [(0, "high"), (10.35, "low"), (10.4, "high")]


def test_a_command_may_choose_the_mode_for_its_run_only():
    story = a_siren()
    story.start("siren", mode="pulse", duration_ms=1200)
    assert story.output("siren").mode == "pulse"
    story.wait(2)
    assert [level for _, level in story.edges("siren")] == ["high", "low", "high", "low"]
    assert story.output("siren").mode == "switch"


def test_valid_signal_disconnect_holds_the_contact_while_idle():
    story = a_siren(valid_signal="disconnect")
    assert story.wired("siren") == "connected"
    story.connect("door")
    assert story.wired("siren") == "disconnected"
