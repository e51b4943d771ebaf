"""Where two rules of an output meet at one instant (behaviour.md 4 to 6)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core import facts
from bridge.core.effects import (
    Answer,
    DriveLine,
    KeepLatched,
    ReleaseLine,
    RequestInput,
    RequestOutput,
)

EVENING = {"mon": ["13:00-14:00"]}


def a_siren(**settings):
    return Story(settings_of(an_input("door", outputs=["siren"], quiet_s=0), an_output("siren", **settings)))


def test_a_stop_just_after_the_window_opened_stops_it():
    story = a_siren(timing={"enabled": True, "schedule": EVENING})
    story.oversleep(3600.001)
    story.stop("siren")
    assert not story.is_on("siren")
    story.wait(60)
    assert not story.is_on("siren")


def test_what_ended_before_the_cut_off_was_not_cut_off_however_late_that_is_noticed():
    story = a_siren(alarm_time_ms=5000, max_active_s=10)
    story.connect("door")
    story.oversleep(60)
    story.wait(0)
    assert story.told("cut_off", "output_off") == [("output_off", "time")]


def test_a_run_as_long_as_the_cut_off_is_not_cut_off():
    story = a_siren(max_active_s=10)
    story.start("siren", duration_ms=10_000)
    story.wait(20)
    assert story.told("cut_off", "output_off") == [("output_off", "time")]


def test_what_the_cut_off_came_before_was_cut_off_however_late_that_is_noticed():
    story = a_siren(alarm_time_ms=20_000, max_active_s=10)
    story.connect("door")
    story.oversleep(60)
    story.wait(0)
    assert story.told("cut_off", "output_off") == [("cut_off", None), ("output_off", "cut_off")]


def test_a_cut_off_spends_the_live_sources():
    story = a_siren(follow_source=True, max_active_s=10)
    story.connect("door")
    story.wait(100)
    assert not story.is_on("siren")
    story.disconnect("door")
    story.connect("door")
    assert story.is_on("siren")


def test_a_mode_by_command_ends_with_its_run_though_an_alarm_goes_on():
    story = a_siren(follow_source=True)
    story.connect("door")
    story.start("siren", mode="pulse", duration_ms=2200)
    assert story.output("siren").mode == "pulse"
    story.wait(5)
    assert story.output("siren").mode == "switch"
    assert [at for at, _ in story.edges("siren")] == [0, 0.5, 1, 1.5, 2]
    assert story.wired("siren") == "connected"


def test_a_second_start_keeps_the_mode_of_the_run_and_its_phase():
    story = a_siren()
    story.start("siren", mode="pulse")
    story.wait(0.7)
    story.start("siren", duration_ms=1000)
    story.wait(3)
    assert [at for at, _ in story.edges("siren")] == [0, 0.5, 1.0, 1.5]


@pytest.mark.parametrize(
    "setting",
    [{"alarm_time_ms": 5000}, {"follow_source": True}, {"timing": {"enabled": True, "schedule": "never"}}],
)
def test_a_latch_does_not_come_back_to_an_output_that_latches_no_more(setting):
    story = Story(settings_of(an_output("siren", restore_latched=True, **setting)), latched={"siren"})
    assert not story.is_on("siren")
    assert [(each.output, each.latched) for each in story.all(KeepLatched)] == [("siren", False)]


def test_a_latch_is_kept_and_forgotten_with_the_stop():
    story = a_siren(restore_latched=True)
    story.connect("door")
    story.stop("siren")
    assert [each.latched for each in story.all(KeepLatched)] == [True, False]


def test_a_healed_output_in_its_window_is_on_again():
    story = a_siren(timing={"enabled": True, "schedule": "always"})
    story.tell(facts.LineLost(terminal="siren", problem="gone"))
    story.tell(facts.LineFound(terminal="siren"))
    assert story.output("siren").reason == "timing"


def test_a_source_that_begins_while_the_line_is_lost_sounds_nothing_timed_when_it_heals():
    story = a_siren(alarm_time_ms=60_000)
    story.tell(facts.LineLost(terminal="siren", problem="gone"))
    story.connect("door")
    assert story.output("siren").sources == ("door",)
    story.tell(facts.LineFound(terminal="siren"))
    assert not story.is_on("siren")


def test_a_silenced_source_stays_silenced_when_the_line_heals():
    story = a_siren(follow_source=True)
    story.connect("door")
    story.stop("siren")
    story.tell(facts.LineLost(terminal="siren", problem="gone"))
    story.tell(facts.LineFound(terminal="siren"))
    assert not story.is_on("siren")


def test_an_alarm_after_the_deadline_passed_unnoticed_counts_from_itself():
    story = a_siren(alarm_time_ms=5000, retrigger="ignore")
    story.connect("door")
    story.disconnect("door")
    story.oversleep(5.5)
    story.connect("door")
    story.wait(20)
    assert [round(entry.seconds, 1) for entry in story.journal("output_off")] == [5.5, 5.0]


def test_without_a_synchronised_clock_a_window_does_not_open_for_even_a_moment():
    settings = settings_of(
        an_output("lamp", timing={"enabled": True, "schedule": EVENING}), device={"clock": "require_sync"}
    )
    story = Story(settings, at=datetime(2026, 6, 1, 13, 30, tzinfo=UTC), synchronised=False)
    assert story.told() == [("start", None)]
    story.tell(facts.ClockChecked(synchronised=True))
    assert story.is_on("lamp")


def test_terminals_that_swap_their_lines_let_go_of_all_before_they_ask():
    here, there = {"chip": "gpiochip0", "offset": 4}, {"chip": "gpiochip0", "offset": 5}
    story = Story(settings_of(an_input("door", line=here), an_output("siren", line=there)))
    story.forget()
    story.edit(settings_of(an_input("door", line=there), an_output("siren", line=here)))
    kinds = [type(e).__name__ for _, e in story.effects if isinstance(e, ReleaseLine | RequestInput | RequestOutput)]
    assert kinds == ["ReleaseLine", "ReleaseLine", "RequestOutput", "RequestInput"]


def test_after_the_end_a_request_is_refused_and_nothing_is_driven():
    story = a_siren()
    story.start("siren")
    story.wait(3)
    story.tell(facts.StopBegun())
    assert story.journal("output_off")[0].seconds == pytest.approx(3)
    story.forget()
    story.start("siren", request=1)
    assert [[fault.message for fault in answer.faults] for answer in story.all(Answer)] == [["the program is ending"]]
    assert story.all(DriveLine) == []


def test_an_edit_while_the_line_is_lost_arms_nothing_for_when_it_heals():
    story = a_siren(follow_source=True)
    story.connect("door")
    story.tell(facts.LineLost(terminal="siren", problem="gone"))
    story.edit(settings_of(an_input("door", outputs=["siren"], quiet_s=0), an_output("siren")))
    story.tell(facts.LineFound(terminal="siren"))
    assert not story.is_on("siren")


def test_another_line_heals_the_fault_of_the_old_one():
    here, there = {"chip": "gpiochip0", "offset": 4}, {"chip": "gpiochip0", "offset": 5}
    story = Story(settings_of(an_input("door", line=here), an_output("siren", line=here | {"offset": 6})))
    for terminal in ("door", "siren"):
        story.tell(facts.LineLost(terminal=terminal, problem="gone"))
    story.edit(settings_of(an_input("door", line=there), an_output("siren", line=there | {"offset": 7})))
    assert {(entry.input or entry.output, entry.cause) for entry in story.journal("healed")} == {
        ("door", "settings"),
        ("siren", "settings"),
    }
    assert story.input("door").problem is None
    assert story.output("siren").available


def test_a_start_over_mqtt_that_is_taken_after_the_broker_was_lost_counts_from_itself():
    story = a_siren(on_broker_loss={"stop_after_s": 60})
    story.tell(facts.BrokerLost())
    story.wait(100)
    story.start("siren", request=1)
    assert story.all(Answer)[0].faults == ()
    assert story.is_on("siren")
    story.wait(61)
    assert story.output("siren").reason == "broker_loss"
