"""Start-up against the state stored before the stop (behaviour.md 2)."""

from __future__ import annotations

from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core import facts
from bridge.core.effects import Answer, DriveLine, KeepInput, RequestInput, RequestOutput, RunLinkage
from bridge.core.facts import StoredInput

FOLLOWING = an_output("siren", follow_source=True)
TIMED = an_output("lamp", alarm_time_ms=5000)


def started(stored, contact, *, grace=5, outputs=(FOLLOWING, TIMED), **settings):
    door = an_input("door", outputs=[output["id"] for output in outputs], **settings)
    kept = {} if stored is None else {"door": StoredInput(alarm=stored)}
    device = {"startup_grace_s": grace}
    return Story(settings_of(door, *outputs, device=device), stored=kept, contacts={"door": contact})


def test_nothing_begins_until_the_grace_is_over():
    story = started(stored=False, contact="connected")
    story.wait(4.9)
    assert story.told() == [("start", None)]
    assert story.input("door").tripped
    story.wait(0.2)
    assert story.told("alarm_begin") == [("alarm_begin", "startup")]


def test_an_alarm_that_goes_on_is_resumed_without_news():
    story = started(stored=True, contact="connected")
    assert story.input("door").alarm, "the retained state must not blink"
    story.wait(6)
    assert story.told() == [("start", None), ("resumed", None), ("output_on", "alarm")]
    assert story.events() == []
    assert story.all(RunLinkage) == []
    assert story.is_on("siren")
    assert not story.is_on("lamp")


def test_an_intrusion_during_a_power_cut_begins_with_the_whole_linkage():
    story = started(stored=False, contact="connected")
    story.wait(6)
    assert story.events() == [("alarm_begin", "startup")]
    assert len(story.all(RunLinkage)) == 1
    assert story.is_on("siren")
    assert story.is_on("lamp")


def test_the_first_alarm_of_an_input_that_was_always_normal_begins_in_full_after_a_power_cut():
    story = started(stored=None, contact="disconnected")
    story.wait(60)
    assert [each.state for each in story.all(KeepInput)] == [StoredInput(alarm=False)]
    again = story.after_a_crash(contacts={"door": "connected"})
    again.wait(6)
    assert again.events() == [("alarm_begin", "startup")]
    assert len(again.all(RunLinkage)) == 1
    assert again.is_on("siren")
    assert again.is_on("lamp")


def test_an_input_that_is_normal_is_stored_once_in_its_life():
    story = started(stored=None, contact="disconnected")
    story.wait(60)
    again = story.after_a_crash()
    again.wait(60)
    assert again.all(KeepInput) == []


def test_an_input_that_no_run_has_read_is_not_stored():
    story = started(stored=None, contact=None)
    story.wait(60)
    assert story.all(KeepInput) == []


def test_an_alarm_that_the_power_cut_in_its_hold_is_an_alarm_still():
    story = started(stored=True, contact="connected")
    again = story.after_a_crash()
    again.wait(60)
    assert again.told("resumed") == [("resumed", None)]


def test_an_alarm_whose_line_stays_away_after_the_start_is_shown_for_ten_minutes_from_then():
    story = started(stored=True, contact=None)
    story.tell(facts.LineLost(terminal="door", problem="no such chip"))
    story.wait(599)
    assert story.input("door").alarm
    story.wait(1)
    assert story.told("alarm_end") == [("alarm_end", "fault")]
    assert not story.input("door").alarm
    assert story.kept["door"].alarm is False


def test_with_nothing_stored_a_tripped_input_is_told_and_runs_nothing():
    story = started(stored=None, contact="connected")
    story.wait(6)
    assert story.events() == [("alarm_begin", "initial")]
    assert story.input("door").alarm
    assert story.all(RunLinkage) == []
    assert not story.is_on("siren")
    assert not story.is_on("lamp")


def test_an_alarm_that_ended_while_we_were_away_ends():
    story = started(stored=True, contact="disconnected")
    story.wait(6)
    assert story.events() == [("alarm_end", "restored")]
    assert not story.input("door").alarm


def test_an_input_that_never_rests_holds_the_others_back_for_ten_seconds_only():
    settings = settings_of(an_input("door"), an_input("loose", debounce_ms=10_000), device={"startup_grace_s": 1})
    story = Story(settings, stored={"door": StoredInput(alarm=False)}, contacts={"door": "connected"})
    for _ in range(12):
        story.connect("loose")
        story.wait(0.5)
        story.disconnect("loose")
        story.wait(0.5)
    assert story.told("alarm_begin") == [("alarm_begin", "startup")]


def test_a_lost_line_holds_nobody_back_and_decides_when_it_is_found():
    settings = settings_of(an_input("door", outputs=["siren"]), an_input("gone"), FOLLOWING)
    stored = {"door": StoredInput(alarm=False), "gone": StoredInput(alarm=True)}
    story = Story(settings, stored=stored, contacts={"gone": None})
    story.tell(facts.LineLost(terminal="gone", problem="no such chip"))
    story.connect("door")
    story.wait(60)
    assert story.told("alarm_begin") == [("alarm_begin", "input")]
    assert story.input("gone").alarm, "a stored alarm is shown as one until it is decided"
    story.wait(540)
    assert story.told("alarm_end") == [("alarm_end", "fault")]
    story.tell(facts.LineFound(terminal="gone"))
    story.connect("gone")
    assert story.told("alarm_begin")[1:] == [("alarm_begin", "startup")]


def test_a_command_during_the_hold_begins_when_it_is_over():
    story = started(stored=False, contact="disconnected")
    story.trigger("door", duration_ms=1000, request=1)
    assert story.all(Answer)[0].faults == ()
    assert story.told("alarm_begin") == []
    story.wait(5)
    assert story.told("alarm_begin") == [("alarm_begin", "command")]
    story.wait(1)
    assert story.told("alarm_end") == [("alarm_end", "restored")]


def test_outputs_are_asked_for_at_idle_before_any_input_is():
    settings = settings_of(an_input("door"), an_output("siren"), an_output("lamp", valid_signal="disconnect"))
    story = Story(settings)
    requests = [e for _, e in story.effects if isinstance(e, RequestOutput | RequestInput)]
    assert [(type(each).__name__, each.settings.id) for each in requests] == [
        ("RequestOutput", "siren"), ("RequestOutput", "lamp"), ("RequestInput", "door"),
    ]  # fmt: skip
    assert [each.level for each in requests[:2]] == ["low", "high"]
    assert story.all(DriveLine) == []


def test_a_timing_window_applies_at_once():
    story = Story(settings_of(an_output("light", timing={"enabled": True}), device={"startup_grace_s": 300}))
    assert story.output("light").reason == "timing"


def test_a_latch_comes_back_only_where_that_is_wanted():
    settings = settings_of(an_output("siren", restore_latched=True), an_output("lamp"))
    story = Story(settings, latched={"siren", "lamp"})
    assert story.is_on("siren")
    assert not story.is_on("lamp")


def test_a_stop_idles_every_output_and_forgets_nothing():
    settings = settings_of(an_input("door", outputs=["siren"]), an_output("siren", restore_latched=True))
    story = Story(settings)
    story.connect("door")
    story.forget()
    story.tell(facts.StopBegun())
    assert story.wired("siren") == "disconnected"
    assert not story.is_on("siren")
    assert [type(effect).__name__ for _, effect in story.effects] == [
        "DriveLine",
        "JournalEntry",
        "PublishOutput",
        "JournalEntry",
    ]
    story.disconnect("door")
    assert story.wired("siren") == "disconnected"


def silenced_in_alarm(*, outputs=(FOLLOWING,)):
    """The door is open, and its siren was silenced."""
    story = started(stored=False, contact="disconnected", outputs=outputs, grace=5)
    story.wait(6)
    story.connect("door")
    story.wait(1)
    assert story.is_on("siren")
    story.tell(facts.SilenceRequested(origin=facts.Origin(by="mqtt")))
    assert not story.is_on("siren")
    return story


def test_what_was_silenced_stays_silent_when_its_alarm_resumes():
    again = silenced_in_alarm().after_a_crash()
    again.wait(3600)
    assert again.told() == [("start", None), ("resumed", None)]
    assert again.input("door").alarm
    assert not again.is_on("siren")


def test_the_next_begin_sounds_what_was_silenced_before_the_restart():
    again = silenced_in_alarm().after_a_crash()
    again.wait(60)
    again.disconnect("door")
    again.wait(60)
    again.connect("door")
    again.wait(1)
    assert again.is_on("siren")


def test_what_was_silenced_is_over_with_the_alarm():
    story = silenced_in_alarm()
    assert story.kept["door"].silenced == {"siren"}
    story.disconnect("door")
    story.wait(1)
    assert story.kept["door"].silenced == frozenset()
    story.connect("door")
    story.wait(1)
    again = story.after_a_crash()
    again.wait(60)
    assert again.is_on("siren")


def test_a_cut_off_siren_stays_off_over_a_restart():
    siren = an_output("siren", follow_source=True, max_active_s=30)
    story = started(stored=False, contact="disconnected", outputs=(siren,))
    story.wait(6)
    story.connect("door")
    story.wait(60)
    assert story.output("siren").reason == "cut_off"
    again = story.after_a_crash()
    again.wait(60)
    assert not again.is_on("siren")


def test_only_what_was_stopped_is_silent_after_the_restart():
    bell = an_output("bell", follow_source=True)
    story = started(stored=False, contact="disconnected", outputs=(FOLLOWING, bell))
    story.wait(6)
    story.connect("door")
    story.wait(1)
    story.stop("siren")
    again = story.after_a_crash()
    again.wait(60)
    assert (again.is_on("siren"), again.is_on("bell")) == (False, True)


def test_a_silence_before_the_alarm_has_resumed_is_one():
    story = started(stored=True, contact="connected", outputs=(FOLLOWING,))
    story.wait(2)
    story.tell(facts.SilenceRequested(origin=facts.Origin(by="mqtt")))
    story.wait(60)
    assert story.told("resumed") == [("resumed", None)]
    assert not story.is_on("siren")
    again = story.after_a_crash()
    again.wait(60)
    assert not again.is_on("siren")


def test_a_link_that_was_removed_while_we_were_away_is_forgotten():
    story = silenced_in_alarm()
    door = an_input("door", outputs=[])
    again = story.after_a_crash(settings_of(door, FOLLOWING))
    again.wait(60)
    again.edit(story.settings)
    assert again.is_on("siren")
