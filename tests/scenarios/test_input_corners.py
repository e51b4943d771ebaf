"""Where two rules of an input meet at one instant (behaviour.md 2)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core import facts
from bridge.core.effects import EndLinkage, KeepInput, RunLinkage
from bridge.core.facts import StoredInput

NIGHTS = {"mon": ["20:00-22:00"]}
MONDAY_19 = datetime(2026, 6, 1, 19, 0, tzinfo=UTC)


def trip_and_restore(story, times, *, every=1.0):
    for _ in range(times):
        story.connect("door")
        story.wait(every / 2)
        story.disconnect("door")
        story.wait(every / 2)


@pytest.mark.parametrize("policy", ["trigger", "wait"])
def test_a_trip_just_after_the_schedule_opened_is_one_while_it_is_open(policy):
    story = Story(settings_of(an_input("door", schedule=NIGHTS, when_schedule_opens=policy)), at=MONDAY_19)
    story.oversleep(3600.001)
    story.connect("door")
    assert story.told("alarm_begin") == [("alarm_begin", "input")]


def test_a_trip_just_after_the_schedule_closed_sounds_nothing():
    settings = settings_of(an_input("door", schedule=NIGHTS, outputs=["siren"]), an_output("siren"))
    story = Story(settings, at=MONDAY_19.replace(hour=21))
    story.oversleep(3600.001)
    story.connect("door")
    assert story.told("alarm_begin", "output_on") == []


def test_a_trip_just_before_the_schedule_closed_is_an_alarm_even_if_told_after():
    story = Story(settings_of(an_input("door", schedule=NIGHTS)), at=MONDAY_19.replace(hour=21))
    story.oversleep(3600.002)
    story.contact("door", "connected", at=story.time - 0.004)
    assert story.told("alarm_begin", "alarm_end") == [("alarm_begin", "input"), ("alarm_end", "schedule")]


def test_with_debounce_a_trip_counts_once_it_is_stable_and_so_after_an_opening_in_between():
    settings = settings_of(an_input("door", schedule=NIGHTS, when_schedule_opens="wait", debounce_ms=100))
    story = Story(settings, at=MONDAY_19, started=False)
    story.wait(3599.95)
    story.connect("door")
    story.oversleep(10)
    story.wait(0)
    assert story.told("alarm_begin") == [("alarm_begin", "input")]


def test_waiting_for_the_next_trip_outlasts_an_alarm_by_command():
    settings = settings_of(an_input("door", schedule=NIGHTS, when_schedule_opens="wait"))
    story = Story(settings, at=MONDAY_19)
    story.connect("door")
    story.wait(3590)
    story.trigger("door", duration_ms=60_000)
    story.wait(60)
    assert story.told("alarm_end") == [("alarm_end", "restored")]
    assert not story.input("door").alarm


def test_an_alarm_by_command_ends_at_its_time_even_when_that_is_noticed_late():
    story = Story(settings_of(an_input("door")))
    story.trigger("door", duration_ms=2000)
    story.oversleep(10)
    story.wait(0)
    assert story.journal("alarm_end")[0].seconds == pytest.approx(2)


def test_an_edit_that_opens_the_schedule_under_an_alarm_by_command_still_waits():
    settings = {"schedule": "never", "when_schedule_opens": "wait"}
    story = Story(settings_of(an_input("door", **settings)))
    story.connect("door")
    story.trigger("door", duration_ms=5000)
    story.edit(settings_of(an_input("door", **settings | {"schedule": "always"})))
    story.wait(6)
    assert not story.input("door").alarm


@pytest.mark.parametrize(
    "change",
    [
        {"device": {"timezone": "Asia/Tokyo"}},
        {"device": {"clock": "require_sync"}},
    ],
)
def test_an_edit_that_arms_an_input_and_moves_its_schedule_is_one_transition_at_most(change):
    afternoon = {"mon": ["11:00-13:00"]}
    story = Story(
        settings_of(an_input("door", schedule=afternoon, enabled=False, outputs=["siren"]), an_output("siren"))
    )
    story.connect("door")
    if "clock" in change["device"]:
        story.tell(facts.ClockChecked(synchronised=False))
        afternoon = {"mon": ["01:00-02:00"]}
    edited = an_input("door", schedule=afternoon, outputs=["siren"])
    story.edit(settings_of(edited, an_output("siren"), **change))
    begins = story.told("alarm_begin", "alarm_end")
    assert begins == ([("alarm_begin", "settings")] if "clock" in change["device"] else [])


def test_the_instant_of_the_contact_follows_new_wiring():
    story = Story(settings_of(an_input("door")))
    story.wait(60)
    story.edit(settings_of(an_input("door", connected_level="high")))
    assert story.input("door").contact == "connected"
    assert story.input("door").since == datetime(2026, 6, 1, 12, 1, tzinfo=UTC)


def test_an_input_deleted_during_an_alarm_by_command_ends_it():
    story = Story(settings_of(an_input("door", outputs=["siren"]), an_output("siren", follow_source=True)))
    story.trigger("door", duration_ms=60_000)
    story.edit(settings_of(an_output("siren", follow_source=True)))
    assert story.told("alarm_end") == [("alarm_end", "settings")]
    assert len(story.all(EndLinkage)) == 1
    assert not story.is_on("siren")


def test_an_input_rewired_before_anything_was_decided_lets_the_stored_alarm_end():
    settings = settings_of(an_input("door"), device={"startup_grace_s": 5})
    story = Story(settings, stored={"door": StoredInput(alarm=True)}, contacts={"door": "connected"})
    story.edit(settings_of(an_input("door", bias="disabled"), device={"startup_grace_s": 5}))
    assert story.told("alarm_end") == [("alarm_end", "settings")]
    assert story.kept["door"] is None, "nothing is known of the new line"


def test_a_command_before_the_first_reading_ends_what_was_stored_once_and_for_all():
    settings = settings_of(an_input("door", debounce_ms=10_000))
    story = Story(settings, stored={"door": StoredInput(alarm=True)}, contacts={"door": None}, started=False)
    story.wait(11)
    story.trigger("door", duration_ms=1000)
    story.wait(1)
    assert not story.input("door").alarm
    story.disconnect("door")
    story.wait(20)
    assert story.told("alarm_begin", "alarm_end") == [
        ("alarm_end", "restored"), ("alarm_begin", "command"), ("alarm_end", "restored"),
    ]  # fmt: skip


# The pace of linkage


def test_under_chatter_a_long_quiet_period_limits_what_extends_to_one_run_a_minute():
    settings = settings_of(an_input("door", quiet_s=600, outputs=["siren"]), an_output("siren", follow_source=True))
    story = Story(settings)
    trip_and_restore(story, 40)
    story.forget()
    trip_and_restore(story, 240)
    assert len(story.journal("output_on")) in (3, 4)


def test_the_linkage_that_comes_late_does_not_count_its_own_begin_as_held_back():
    story = Story(settings_of(an_input("door", quiet_s=0)))
    trip_and_restore(story, 25)
    assert story.input("door").held_back == 5
    story.connect("door")
    assert story.input("door").held_back == 6
    story.wait(60)
    assert story.all(RunLinkage)[-1].held_back == 5
    assert story.input("door").held_back == 0


def test_an_alarm_of_the_first_start_that_a_command_ran_the_linkage_of_is_linked():
    settings = settings_of(an_input("door", outputs=["siren"]), an_output("siren", follow_source=True))
    story = Story(settings, contacts={"door": "connected"})
    assert not story.is_on("siren")
    assert story.kept["door"].silenced == {"siren"}
    story.trigger("door")
    assert story.is_on("siren")
    assert story.kept["door"].alarm is True


def test_an_alarm_of_the_first_start_resumes_at_the_next_start_and_sounds_nothing():
    settings = settings_of(an_input("door", outputs=["siren"]), an_output("siren", follow_source=True))
    first = Story(settings, contacts={"door": "connected"})
    second = first.after_a_crash()
    assert second.told() == [("start", None), ("resumed", None)]
    assert not second.is_on("siren")


def test_a_begin_after_that_of_the_first_start_is_no_retrigger():
    story = Story(settings_of(an_input("door", quiet_s=60)), contacts={"door": "connected"})
    story.disconnect("door")
    story.connect("door")
    assert len(story.all(RunLinkage)) == 1


def test_what_the_store_keeps_of_an_input_that_is_gone_is_forgotten():
    stored = {"door": StoredInput(alarm=False), "old": StoredInput(alarm=True)}
    story = Story(settings_of(an_input("door")), stored=stored, latched={"old-siren"})
    assert [(each.input, each.state) for each in story.all(KeepInput)] == [("old", None)]
