"""Start-up against the state stored before the stop (behaviour.md 2)."""

from __future__ import annotations

from builders import an_input, an_output, settings_of
from story import Story

from bridge.core import facts
from bridge.core.effects import Answer, DriveLine, RequestInput, RequestOutput, RunLinkage
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
    assert story.told("alarm_end") == [("alarm_end", "fault")]
    assert story.told("alarm_begin") == [("alarm_begin", "input")]
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
        "Journal",
        "PublishOutput",
        "Journal",
    ]
    story.disconnect("door")
    assert story.wired("siren") == "disconnected"
