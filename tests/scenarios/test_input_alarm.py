"""The rows of the table in behaviour.md 2: what begins and ends an input's alarm."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core import facts
from bridge.core.effects import Answer, EndLinkage, ExtendLinkage, PublishEvent, RunLinkage

NIGHTS = {"mon": ["20:00-22:00"]}
MONDAY_19 = datetime(2026, 6, 1, 19, 0, tzinfo=UTC)


def a_door(**settings):
    return Story(settings_of(an_input("door", outputs=["siren"], **settings), an_output("siren", follow_source=True)))


def test_a_trip_begins_the_alarm_and_runs_the_whole_linkage():
    story = a_door()
    story.connect("door")
    assert story.told() == [("start", None), ("alarm_begin", "input"), ("output_on", "alarm")]
    assert story.events() == [("alarm_begin", "input")]
    assert [run.cause for run in story.all(RunLinkage)] == ["input"]
    assert story.input("door").alarm
    assert story.is_on("siren")


@pytest.mark.parametrize(("cameras", "picture"), [({"gate": {"snapshot": "http://gate/1.jpg"}}, "taking"), ({}, None)])
def test_a_begins_event_linkage_and_journal_have_one_id_and_say_whether_a_picture_comes(cameras, picture):
    story = Story(settings_of(an_input("door", quiet_s=60), cameras=cameras))
    story.connect("door")
    (begin,), (event,), (run,) = story.journal("alarm_begin"), story.all(PublishEvent), story.all(RunLinkage)
    assert begin.id == event.id == run.alarm
    assert event.picture == picture
    story.disconnect("door")
    story.connect("door")
    assert [(each.event_type, each.picture) for each in story.all(PublishEvent)[1:]] == [
        ("alarm_end", None),
        ("retrigger", None),
    ]


def test_a_restored_contact_ends_the_alarm():
    story = a_door()
    story.connect("door")
    story.wait(7)
    story.disconnect("door")
    assert story.journal("alarm_end")[0].cause == "restored"
    assert story.journal("alarm_end")[0].seconds == pytest.approx(7)
    assert [end.input for end in story.all(EndLinkage)] == ["door"]
    assert not story.is_on("siren")


def test_with_trigger_mode_disconnect_an_open_contact_trips():
    story = Story(settings_of(an_input("door", trigger_mode="disconnect")), contacts={"door": "connected"})
    assert not story.input("door").alarm
    story.disconnect("door")
    assert story.input("door").alarm


def test_a_schedule_that_opens_while_tripped_begins_the_alarm():
    story = Story(settings_of(an_input("door", schedule=NIGHTS)), at=MONDAY_19)
    story.connect("door")
    assert story.input("door").tripped
    assert not story.input("door").alarm
    story.wait(3600)
    assert story.told("alarm_begin") == [("alarm_begin", "schedule")]
    assert story.input("door").armed_until == datetime(2026, 6, 1, 22, 0, tzinfo=UTC)


def test_with_wait_a_schedule_that_opens_while_tripped_waits_for_the_next_trip():
    story = Story(settings_of(an_input("door", schedule=NIGHTS, when_schedule_opens="wait")), at=MONDAY_19)
    story.connect("door")
    story.wait(3700)
    assert not story.input("door").alarm
    story.disconnect("door")
    story.connect("door")
    assert story.told("alarm_begin") == [("alarm_begin", "input")]


def test_a_schedule_that_closes_ends_the_alarm_and_leaves_timed_outputs():
    timed = an_output("siren", alarm_time_ms=30_000)
    before_ten = MONDAY_19.replace(hour=21, minute=59, second=50)
    story = Story(settings_of(an_input("door", schedule=NIGHTS, outputs=["siren"]), timed), at=before_ten)
    story.connect("door")
    story.wait(15)
    assert story.told("alarm_end") == [("alarm_end", "schedule")]
    assert story.is_on("siren")
    story.wait(16)
    assert not story.is_on("siren")


def test_disabling_an_input_in_alarm_ends_it():
    story = a_door()
    story.connect("door")
    story.edit(settings_of(an_input("door", outputs=["siren"], enabled=False), an_output("siren", follow_source=True)))
    assert story.told("alarm_end") == [("alarm_end", "disabled")]
    assert not story.is_on("siren")


def test_a_disabled_input_is_still_watched():
    story = a_door(enabled=False)
    story.connect("door")
    assert story.input("door").tripped
    assert not story.input("door").armed
    assert story.events() == []


def a_cut_line_in_alarm(**settings):
    """A door in alarm whose siren follows it, and whose line has just been lost."""
    story = a_door(**settings)
    story.connect("door")
    story.tell(facts.LineLost(terminal="door", problem="chip is gone"))
    return story


def test_a_line_cut_in_alarm_shows_its_problem_at_once_and_silences_nothing():
    story = a_cut_line_in_alarm()
    view = story.input("door")
    assert (view.contact, view.tripped, view.problem, view.available) == ("unknown", None, "line_fault", False)
    assert view.alarm
    story.wait(599)
    assert story.events() == [("alarm_begin", "input"), ("fault", "line_fault")]
    assert story.input("door").alarm
    assert story.is_on("siren")


def test_an_alarm_whose_line_is_not_back_in_ten_minutes_ends_as_a_fault():
    story = a_cut_line_in_alarm()
    story.wait(600)
    assert story.told("alarm_end") == [("alarm_end", "fault")]
    assert not story.is_on("siren")
    story.tell(facts.LineFound(terminal="door"))
    story.connect("door")
    assert story.told("alarm_begin") == [("alarm_begin", "input"), ("alarm_begin", "input")]


def test_an_alarm_goes_on_without_an_event_when_its_line_is_back_and_tripped():
    story = a_cut_line_in_alarm()
    story.wait(60)
    story.tell(facts.LineFound(terminal="door"))
    story.connect("door")
    story.wait(3600)
    assert story.told("alarm_begin", "alarm_end", "fault", "healed") == [
        ("alarm_begin", "input"), ("fault", "line_fault"), ("healed", "line_fault"),
    ]  # fmt: skip
    assert story.is_on("siren")


def test_an_alarm_ends_as_restored_when_its_line_is_back_and_not_tripped():
    story = a_cut_line_in_alarm()
    story.wait(60)
    story.tell(facts.LineFound(terminal="door"))
    story.disconnect("door")
    assert story.told("alarm_end") == [("alarm_end", "restored")]
    assert not story.is_on("siren")


def test_a_line_that_is_lost_again_and_again_keeps_an_alarm_no_longer_than_one_that_is_lost_once():
    story = a_cut_line_in_alarm()
    for _ in range(9):
        story.wait(60)
        story.tell(facts.LineFound(terminal="door"))
        story.tell(facts.LineLost(terminal="door", problem="chip is gone"))
    story.wait(60)
    assert story.told("alarm_end") == [("alarm_end", "fault")]


def test_a_lost_line_begins_no_alarm():
    story = Story(settings_of(an_input("tamper", trigger_mode="disconnect")), contacts={"tamper": "connected"})
    story.tell(facts.LineLost(terminal="tamper", problem="chip is gone"))
    story.wait(1000)
    assert story.told("alarm_begin") == []


def test_a_schedule_that_opens_over_a_cut_line_begins_nothing_until_the_line_is_back():
    story = a_door(schedule={"mon": ["12:05-12:20"]})
    story.connect("door")
    story.tell(facts.LineLost(terminal="door", problem="chip is gone"))
    story.wait(400)
    assert story.input("door").armed
    assert story.told("alarm_begin") == []
    story.tell(facts.LineFound(terminal="door"))
    story.connect("door")
    assert story.told("alarm_begin") == [("alarm_begin", "input")]


def test_a_schedule_that_closes_over_a_cut_line_ends_its_alarm():
    story = a_cut_line_in_alarm(schedule={"mon": ["11:00-12:05"]})
    story.wait(400)
    assert story.told("alarm_end") == [("alarm_end", "schedule")]


def test_an_edit_that_unmatches_the_trigger_ends_the_alarm_as_settings():
    story = a_door()
    story.connect("door")
    edited = an_input("door", outputs=["siren"], trigger_mode="disconnect")
    story.edit(settings_of(edited, an_output("siren", follow_source=True)))
    assert story.told("alarm_end") == [("alarm_end", "settings")]


def test_an_edit_that_arms_a_tripped_input_begins_unless_told_to_wait():
    for policy, begins in (("trigger", [("alarm_begin", "settings")]), ("wait", [])):
        story = Story(settings_of(an_input("door", enabled=False)))
        story.connect("door")
        story.edit(settings_of(an_input("door", when_schedule_opens=policy)))
        story.wait(10)
        assert story.told("alarm_begin") == begins


def test_a_begin_within_the_quiet_period_is_a_retrigger_that_extends_and_holds_back_the_rest():
    story = a_door(quiet_s=5)
    story.connect("door")
    story.wait(2)
    story.disconnect("door")
    story.wait(2)
    story.connect("door")
    assert story.events() == [("alarm_begin", "input"), ("alarm_end", "restored"), ("retrigger", "input")]
    assert len(story.all(RunLinkage)) == len(story.all(ExtendLinkage)) == 1
    assert story.is_on("siren")
    assert story.input("door").held_back == 1


def test_the_begin_after_the_quiet_period_tells_what_was_held_back():
    story = a_door(quiet_s=5)
    for _ in range(3):
        story.connect("door")
        story.wait(1)
        story.disconnect("door")
        story.wait(1)
    story.connect("door")
    assert [run.held_back for run in story.all(RunLinkage)] == [0, 2]
    assert story.input("door").held_back == 0


def test_more_than_twenty_trips_a_minute_are_chatter_and_run_one_linkage_a_minute():
    story = a_door(quiet_s=0)
    for _ in range(30):
        story.connect("door")
        story.wait(0.5)
        story.disconnect("door")
        story.wait(0.5)
    assert story.input("door").problem == "chatter"
    assert story.told("fault") == [("fault", "chatter")]
    assert len(story.all(RunLinkage)) == 20
    assert story.input("door").alarms == 30
    story.wait(45)
    assert story.input("door").problem == "chatter"
    story.wait(10)
    assert story.input("door").problem is None
    assert story.told("healed") == [("healed", "chatter")]


def test_an_alarm_that_outlives_chatter_gets_the_linkage_that_was_held_back():
    story = a_door(quiet_s=0)
    for _ in range(25):
        story.connect("door")
        story.wait(0.5)
        story.disconnect("door")
        story.wait(0.5)
    story.connect("door")
    assert not story.is_on("siren")
    story.wait(60)
    assert story.is_on("siren")
    assert len(story.all(RunLinkage)) == 21


def test_an_alarm_by_command_runs_the_whole_linkage_whatever_contact_and_schedule_say():
    story = a_door(schedule="never")
    story.trigger("door", duration_ms=3000, request=1)
    assert story.told("command", "alarm_begin") == [("command", "trigger"), ("alarm_begin", "command")]
    assert len(story.all(RunLinkage)) == 1
    assert story.is_on("siren")
    story.wait(3)
    assert story.told("alarm_end") == [("alarm_end", "restored")]
    assert story.journal("alarm_end")[0].seconds == pytest.approx(3)
    assert not story.is_on("siren")


def test_a_disabled_input_refuses_an_alarm_by_command():
    story = a_door(enabled=False)
    story.trigger("door", request=1)
    assert [fault.message for fault in story.all(Answer)[0].faults] == ["input door is disabled"]
    assert story.told("alarm_begin") == []


def test_a_command_ends_but_the_contact_keeps_the_alarm():
    story = a_door()
    story.trigger("door", duration_ms=1000)
    story.connect("door")
    story.wait(5)
    assert story.input("door").alarm
    assert story.told("alarm_end") == []


def test_an_alarm_is_dated_by_its_first_edge_and_glitches_are_only_counted():
    story = Story(settings_of(an_input("door", debounce_ms=100)), started=False)
    story.wait(1)
    for contact in ("connected", "disconnected", "connected"):
        story.contact("door", contact)
        story.wait(0.01)
    story.wait(0.2)
    begin = story.journal("alarm_begin")[0]
    assert begin.time == datetime(2026, 6, 1, 12, 0, 1, 20_000, tzinfo=begin.time.tzinfo)
    assert story.input("door").glitches == 1
    assert story.input("door").alarms == 1


def test_a_run_that_was_long_enough_counts_even_when_seen_too_late():
    story = Story(settings_of(an_input("door", debounce_ms=100)))
    story.wait(1)
    at = story.time
    story.oversleep(5)
    story.contact("door", "connected", at=at)
    story.contact("door", "disconnected", at=at + 0.2)
    story.wait(1)
    assert story.told("alarm_begin", "alarm_end") == [("alarm_begin", "input"), ("alarm_end", "restored")]
