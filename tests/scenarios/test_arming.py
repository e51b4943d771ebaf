"""The device's armed switch, keys and stop buttons (behaviour.md 2)."""

from __future__ import annotations

import pytest
from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core import facts
from bridge.core.effects import Answer, KeepArmed, KeepInput, LinkageEffect, PublishArmed, RunLinkage, SilenceSound

FOLLOWING = an_output("siren", follow_source=True)
TIMED = an_output("lamp", alarm_time_ms=60_000)


def a_house(*more, contacts=None, **door):
    """A door with a siren and a lamp, and what stands beside it."""
    settings = settings_of(an_input("door", outputs=["siren", "lamp"], **door), *more, FOLLOWING, TIMED)
    return Story(settings, contacts=contacts)


def refusals(story):
    return [fault.message for answer in story.all(Answer) for fault in answer.faults]


def test_the_device_is_armed_at_first_and_says_so():
    story = a_house()
    assert story.armed_shown is True
    assert story.all(KeepArmed) == []


def test_disarming_ends_alarms_and_leaves_timed_outputs():
    story = a_house()
    story.connect("door")
    story.arm(armed=False)
    assert story.events() == [("alarm_begin", "input"), ("alarm_end", "disarmed")]
    assert (story.is_on("siren"), story.is_on("lamp")) == (False, True)
    assert story.armed_shown is False
    assert not story.input("door").armed


def test_a_disarmed_device_shows_contacts_and_alarms_for_none():
    story = a_house()
    story.arm(armed=False)
    story.connect("door")
    assert story.input("door").tripped
    assert story.events() == []


def test_arming_over_a_tripped_input_begins_its_alarm_with_the_whole_linkage():
    story = a_house()
    story.arm(armed=False)
    story.connect("door")
    story.arm(armed=True)
    assert story.events() == [("alarm_begin", "armed")]
    assert len(story.all(RunLinkage)) == 1


def test_with_wait_arming_over_a_tripped_input_waits_for_the_next_trip():
    story = a_house(when_schedule_opens="wait")
    story.arm(armed=False)
    story.connect("door")
    story.arm(armed=True)
    assert story.events() == []
    story.disconnect("door")
    story.connect("door")
    assert story.events() == [("alarm_begin", "input")]


def test_an_input_that_is_always_armed_does_not_follow_the_switch():
    story = a_house(always_armed=True)
    story.connect("door")
    story.arm(armed=False)
    assert story.input("door").alarm
    assert story.input("door").armed
    story.trigger("door", request=1)
    assert refusals(story) == []


def test_a_disarmed_input_refuses_an_alarm_by_command_and_says_why():
    story = a_house()
    story.arm(armed=False)
    story.trigger("door", request=1)
    assert refusals(story) == ["the device is disarmed, and input door is not always armed"]
    assert story.told("refused") == [("refused", "trigger")]


def test_disarming_ends_an_alarm_by_command():
    story = a_house()
    story.trigger("door", duration_ms=60_000)
    story.arm(armed=False)
    assert story.told("alarm_end") == [("alarm_end", "disarmed")]
    story.arm(armed=True)
    story.wait(120)
    assert len(story.told("alarm_begin")) == 1


def test_outputs_by_hand_and_by_timing_go_on_while_the_device_is_disarmed():
    story = Story(settings_of(an_output("siren"), an_output("light", timing={"enabled": True})))
    story.arm(armed=False)
    story.start("siren")
    assert story.is_on("siren")
    assert story.is_on("light")


def test_each_move_is_an_entry_with_its_origin_and_a_repeat_is_none():
    story = a_house()
    story.arm(armed=False, by="page")
    story.arm(armed=False, by="mqtt")
    assert [(entry.kind, entry.by) for entry in story.journal("armed", "disarmed")] == [("disarmed", "page")]
    assert len(story.all(KeepArmed)) == 1


def test_the_answer_to_a_move_waits_until_the_move_is_stored():
    story = a_house()
    story.forget()
    story.arm(armed=False, request=1)
    effects = [effect for _, effect in story.effects]
    answer = next(effect for effect in effects if isinstance(effect, Answer))
    assert answer.after_store
    assert effects.index(KeepArmed(armed=False)) < effects.index(answer)


def test_a_refusal_which_changes_nothing_is_answered_without_waiting_for_the_disk():
    story = a_house()
    story.arm(armed=False)
    story.trigger("door", request=1)
    (answer,) = story.all(Answer)
    assert (bool(answer.faults), answer.after_store) == (True, False)


@pytest.mark.parametrize("armed", [False, True])
def test_a_restart_keeps_the_switch_exactly_as_it_was(armed):
    story = a_house()
    story.arm(armed=not armed)
    story.arm(armed=armed)
    again = story.after_a_crash(contacts={"door": "connected"})
    again.wait(60)
    assert again.armed_shown is armed
    assert again.input("door").alarm is armed
    assert again.journal("armed", "disarmed") == []


def test_killed_between_the_switch_and_the_alarms_that_it_ended_nothing_sounds():
    story = a_house()
    story.connect("door")
    story.forget()
    story.arm(armed=False)
    effects = [effect for _, effect in story.effects]
    ended = next(effect for effect in effects if isinstance(effect, KeepInput))
    assert effects.index(KeepArmed(armed=False)) < effects.index(ended)
    again = Story(
        story.settings, stored={"door": facts.StoredInput(alarm=True)}, armed=False, contacts={"door": "connected"}
    )
    again.wait(60)
    assert again.told("alarm_end") == [("alarm_end", "restored")]
    assert not again.is_on("siren")


# Keys

KEY = an_input("key", disarm=True)


def test_a_key_disarms_the_device_while_it_is_turned():
    story = a_house(KEY)
    story.connect("door")
    story.connect("key")
    assert story.armed_shown is False
    assert not story.is_on("siren")
    story.disconnect("door")
    story.disconnect("key")
    assert story.armed_shown is True
    assert [(entry.kind, entry.input) for entry in story.journal("armed", "disarmed")] == [
        ("disarmed", "key"),
        ("armed", "key"),
    ]


def test_while_a_key_holds_the_device_disarmed_it_cannot_be_armed_from_elsewhere():
    story = a_house(KEY)
    story.connect("key")
    story.arm(armed=True, request=1)
    assert refusals(story) == ["the key switch key holds the device disarmed: turn it back first"]
    story.arm(armed=False, request=2)
    assert story.armed_shown is False
    assert len(refusals(story)) == 1


def test_of_two_keys_the_last_that_is_turned_back_arms():
    story = a_house(KEY, an_input("other", disarm=True))
    story.connect("key")
    story.connect("other")
    story.disconnect("key")
    assert story.armed_shown is False
    story.disconnect("other")
    assert story.armed_shown is True


def test_a_key_whose_line_is_lost_moves_nothing():
    story = a_house(KEY)
    story.connect("key")
    story.tell(facts.LineLost(terminal="key", problem="cut"))
    story.wait(3600)
    assert story.told("alarm_end") == [("alarm_end", "fault")]
    assert story.armed_shown is False
    story.arm(armed=True, request=1)
    assert refusals(story) == []
    assert story.armed_shown is True
    story.tell(facts.LineLost(terminal="key", problem="cut"))
    assert story.armed_shown is True


def test_a_key_that_is_turned_over_a_restart_holds_what_it_held():
    story = a_house(KEY)
    story.connect("key")
    again = story.after_a_crash()
    again.arm(armed=True, request=1)
    assert len(refusals(again)) == 1
    again.wait(60)
    assert again.armed_shown is False
    assert again.told("resumed", "armed", "disarmed") == [("resumed", None)]
    again.disconnect("key")
    assert again.armed_shown is True


def test_a_key_that_was_turned_while_we_were_away_counts_before_what_it_disarms():
    story = a_house(KEY)
    again = story.after_a_crash(contacts={"door": "connected", "key": "connected"})
    again.wait(60)
    assert again.armed_shown is False
    assert [entry.input for entry in again.journal("alarm_begin")] == ["key"]
    assert (again.is_on("siren"), again.is_on("lamp")) == (False, False)


def test_a_key_that_is_turned_at_the_very_first_start_disarms():
    story = a_house(KEY, contacts={"key": "connected", "door": "connected"})
    assert story.armed_shown is False


def test_a_key_that_is_removed_or_no_longer_one_lets_the_device_go():
    story = a_house(KEY)
    story.connect("key")
    story.edit(a_house(an_input("key")).settings)
    assert story.armed_shown is True
    story.edit(a_house(KEY).settings)
    assert story.armed_shown is False
    story.edit(a_house().settings)
    assert story.armed_shown is True


def test_a_key_in_alarm_that_is_an_ordinary_input_by_an_edit_stays_in_alarm_and_arms_the_device():
    story = a_house(KEY)
    story.connect("key")
    story.edit(a_house(an_input("key")).settings)
    assert story.events() == [("alarm_begin", "input")]
    assert story.input("key").alarm
    assert story.armed_shown is True


def test_two_keys_in_alarm_that_are_ordinary_inputs_by_one_edit_stay_in_alarm_as_well():
    second = an_input("second", disarm=True)
    story = a_house(KEY, second)
    story.connect("key")
    story.connect("second")
    begun = story.events()
    story.edit(a_house(an_input("key"), an_input("second")).settings)
    assert story.events() == begun
    assert story.armed_shown is True


def test_the_switch_is_stored_before_the_alarm_of_the_key_that_moved_it():
    story = a_house(KEY)
    story.forget()
    story.connect("key")
    effects = [effect for _, effect in story.effects]
    kept = next(effect for effect in effects if isinstance(effect, KeepInput))
    assert effects.index(KeepArmed(armed=False)) < effects.index(kept)


def test_a_key_works_while_the_device_is_disarmed_and_arms_it_when_it_is_turned_back():
    story = a_house(KEY)
    story.arm(armed=False)
    story.connect("key")
    story.disconnect("key")
    assert story.armed_shown is True
    assert [effect.armed for effect in story.all(PublishArmed)] == [True, False, True]


# Stop buttons

STOP = an_input("stop", silence=True, quiet_s=600)


def test_a_stop_button_silences_every_output_and_sound_and_starts_nothing():
    story = a_house(STOP)
    story.connect("door")
    story.start("lamp")
    story.forget()
    story.connect("stop")
    assert (story.is_on("siren"), story.is_on("lamp")) == (False, False)
    assert story.output("siren").by == "input"
    assert [type(each) for each in story.all(SilenceSound)] == [SilenceSound]
    assert [e for _, e in story.effects if isinstance(e, LinkageEffect)] == story.all(SilenceSound)
    assert story.events() == [("alarm_begin", "input")]
    assert story.input("door").alarm, "a silence ends no alarm"


def test_a_stop_button_stops_as_often_as_it_is_pressed():
    story = a_house(STOP)
    for _ in range(40):
        story.start("lamp")
        assert story.is_on("lamp")
        story.connect("stop")
        assert not story.is_on("lamp")
        story.disconnect("stop")
        story.wait(1)
    assert story.input("stop").held_back == 0


def test_a_stop_button_works_while_the_device_is_disarmed():
    story = a_house(STOP)
    story.arm(armed=False)
    story.start("lamp")
    story.connect("stop")
    assert not story.is_on("lamp")


def test_what_a_stop_button_silenced_stays_silent_over_a_restart():
    story = a_house(STOP)
    story.connect("door")
    story.connect("stop")
    again = story.after_a_crash()
    again.wait(60)
    assert not again.is_on("siren")


def test_a_test_of_a_stop_button_by_command_is_a_silence():
    story = a_house(STOP)
    story.connect("door")
    story.trigger("stop")
    assert not story.is_on("siren")


@pytest.mark.parametrize(("edited", "cause"), [({"disarm": False}, "settings"), ({"enabled": False}, "disabled")])
def test_an_edit_ends_a_stored_alarm_that_may_no_more_be_one_before_any_line_was_read(edited, cause):
    other = an_input("other", disarm=True)
    stored = {"key": facts.StoredInput(alarm=True), "other": facts.StoredInput(alarm=True)}
    unread = {"key": None, "other": None}
    story = Story(settings_of(an_input("key", disarm=True), other), stored=stored, contacts=unread, armed=False)
    story.edit(settings_of(an_input("key", **{"disarm": True, **edited}), other))
    assert story.told("alarm_end") == [("alarm_end", cause)]
    assert (story.input("key").alarm, story.input("other").alarm, story.armed_shown) == (False, True, False)
