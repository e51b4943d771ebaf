"""Every row of the table in behaviour.md 5: settings changed while running."""

from __future__ import annotations

from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core.effects import (
    Answer,
    DriveLine,
    KeepInput,
    LinkageEffect,
    PublishSettings,
    ReleaseLine,
    RequestInput,
    RequestOutput,
)
from bridge.core.facts import Origin, SettingsChanged

LINE = {"chip": "gpiochip0", "offset": 4}
OTHER_LINE = {"chip": "gpiochip0", "offset": 5}


class Edited:
    """A door that is linked to a siren, in alarm since two seconds, and an edit of one of them."""

    def __init__(self, alarmed=True, **siren):
        self.siren = {"line": LINE, **siren}
        self.story = Story(self.settings())
        if alarmed:
            self.story.connect("door")
        self.story.wait(2)
        self.story.forget()

    def settings(self, **change):
        door = an_input("door", outputs=["siren"], line={"name": "ALARM_IN1"})
        return settings_of(door, an_output("siren", **{**self.siren, **change}))

    def edit(self, **change):
        self.story.edit(self.settings(**change))
        return self.story

    def lines(self):
        """What was done to the siren's line."""
        kinds = DriveLine | ReleaseLine | RequestOutput
        return [
            (type(each).__name__, getattr(each, "level", None))
            for _, each in self.story.effects
            if isinstance(each, kinds)
        ]


def test_a_new_valid_signal_is_driven_at_once_and_demand_stays():
    edited = Edited()
    story = edited.edit(valid_signal="disconnect")
    assert edited.lines() == [("DriveLine", "low")]
    assert story.is_on("siren")


def test_a_new_wiring_level_is_driven_at_once_and_demand_stays():
    edited = Edited()
    story = edited.edit(connected_level="low")
    assert edited.lines() == [("DriveLine", "low")]
    assert story.is_on("siren")


def test_a_new_mode_restarts_the_phase_and_demand_stays():
    edited = Edited()
    story = edited.edit(mode="pulse")
    story.wait(0.6)
    assert story.edges("siren") == [(2.5, "low")]
    edited.siren["mode"] = "pulse"
    story.forget()
    story = edited.edit(pulse={"on_ms": 100, "off_ms": 100})
    story.wait(0.25)
    assert [at for at, _ in story.edges("siren")] == [2.6, 2.7, 2.8]
    story = edited.edit(mode="switch")
    assert story.wired("siren") == "connected"
    assert story.journal("output_off") == []


def test_follow_on_clears_the_latch_and_live_sources_count():
    story = Edited().edit(follow_source=True)
    assert story.output("siren").until is None
    assert story.journal("output_off") == []
    story.disconnect("door")
    assert not story.is_on("siren")


def test_follow_on_without_a_live_source_idles_a_timed_output():
    edited = Edited(alarm_time_ms=60_000)
    edited.story.disconnect("door")
    story = edited.edit(follow_source=True)
    assert not story.is_on("siren")
    assert story.output("siren").reason == "settings"


def test_follow_off_with_a_live_source_times_or_latches():
    for time, ends in ((5000, [5]), (0, [])):
        edited = Edited(follow_source=True)
        story = edited.edit(follow_source=False, alarm_time_ms=time)
        story.disconnect("door")
        assert story.is_on("siren")
        story.wait(100)
        assert [round(entry.seconds - 2) for entry in story.journal("output_off")] == ends


def test_follow_off_after_a_stop_arms_nothing():
    edited = Edited(follow_source=True)
    edited.story.stop("siren")
    story = edited.edit(follow_source=False, alarm_time_ms=5000)
    assert not story.is_on("siren")


def test_a_longer_alarm_time_counts_from_the_last_trigger():
    edited = Edited(alarm_time_ms=5000)
    story = edited.edit(alarm_time_ms=10_000)
    story.wait(7.9)
    assert story.is_on("siren")
    story.wait(0.2)
    assert not story.is_on("siren")


def test_an_alarm_time_that_is_over_already_idles_at_once():
    story = Edited(alarm_time_ms=5000).edit(alarm_time_ms=1000)
    assert not story.is_on("siren")


def test_alarm_time_to_continuous_latches_and_from_it_counts_from_now():
    edited = Edited(alarm_time_ms=5000)
    story = edited.edit(alarm_time_ms=0)
    story.wait(1000)
    assert story.is_on("siren")
    edited.siren["alarm_time_ms"] = 0
    story = edited.edit(alarm_time_ms=3000)
    story.wait(2.9)
    assert story.is_on("siren")
    story.wait(0.2)
    assert not story.is_on("siren")


def test_timing_on_clears_the_latch_and_the_window_rules():
    story = Edited().edit(timing={"enabled": True, "schedule": "never"})
    assert not story.is_on("siren")
    edited = Edited(alarmed=False)
    assert edited.edit(timing={"enabled": True}).output("siren").reason == "timing"


def test_a_manual_start_survives_edits_that_do_not_concern_it():
    edited = Edited(alarmed=False)
    edited.story.start("siren")
    assert edited.edit(name="Horn", alarm_time_ms=1000).is_on("siren")


def test_a_link_removed_ends_the_source():
    edited = Edited(follow_source=True)
    unlinked = settings_of(an_input("door", line={"name": "ALARM_IN1"}), an_output("siren", **edited.siren))
    edited.story.edit(unlinked)
    assert not edited.story.is_on("siren")
    assert edited.story.input("door").alarm
    assert edited.story.told("alarm_end") == []


def test_a_link_added_to_a_live_alarm_counts_for_following_and_triggers_nothing():
    door = an_input("door")
    story = Story(settings_of(door, an_output("siren", follow_source=True), an_output("lamp")))
    story.connect("door")
    linked = an_input("door", outputs=["siren", "lamp"])
    story.edit(settings_of(linked, an_output("siren", follow_source=True), an_output("lamp")))
    assert story.is_on("siren")
    assert not story.is_on("lamp")


def test_an_input_deleted_in_alarm_ends_and_is_forgotten():
    edited = Edited(follow_source=True)
    edited.story.edit(settings_of(an_output("siren", **edited.siren)))
    assert edited.story.told("alarm_end") == [("alarm_end", "settings")]
    assert not edited.story.is_on("siren")
    assert [each.terminal for each in edited.story.all(ReleaseLine)] == ["door"]
    assert [(each.input, each.state) for each in edited.story.all(KeepInput)][-1] == ("door", None)


def test_an_output_deleted_goes_idle_on_its_line_and_is_released():
    edited = Edited(valid_signal="disconnect")
    edited.story.edit(settings_of(an_input("door", line={"name": "ALARM_IN1"})))
    assert edited.lines()[-2:] == [("DriveLine", "high"), ("ReleaseLine", None)]
    assert edited.story.told("output_off") == [("output_off", "settings")]


def test_an_output_on_another_line_is_idle_on_the_old_one_and_requested_at_idle_on_the_new():
    edited = Edited()
    story = edited.edit(line=OTHER_LINE)
    assert edited.lines() == [
        ("DriveLine", "low"), ("ReleaseLine", None), ("RequestOutput", "low"), ("DriveLine", "high"),
    ]  # fmt: skip
    assert story.is_on("siren")


def test_an_input_on_another_line_ends_its_alarm_and_starts_afresh():
    edited = Edited()
    moved = an_input("door", outputs=["siren"], line={"name": "ALARM_IN2"})
    edited.story.edit(settings_of(moved, an_output("siren", **edited.siren)))
    assert edited.story.told("alarm_end") == [("alarm_end", "settings")]
    assert edited.story.input("door").contact == "unknown"
    assert [type(each).__name__ for each in edited.story.all(ReleaseLine | RequestInput)] == [
        "ReleaseLine",
        "RequestInput",
    ]
    edited.story.forget()
    edited.story.connect("door")
    assert edited.story.events() == [("alarm_begin", "initial")]
    assert [each for _, each in edited.story.effects if isinstance(each, LinkageEffect)] == []


def test_what_did_not_change_is_not_touched():
    edited = Edited(mode="pulse", alarm_time_ms=60_000)
    edited.edit(name="Horn")
    assert edited.lines() == []
    assert edited.story.told() == [("settings", None)]
    assert len(edited.story.all(PublishSettings)) == 1


def test_who_asked_for_an_edit_gets_one_answer():
    edited = Edited()
    fact = SettingsChanged(settings=edited.settings(name="Horn"), origin=Origin(by="page", request=7))
    edited.story.tell(fact)
    assert [(answer.origin.request, answer.faults) for answer in edited.story.all(Answer)] == [(7, ())]


def test_another_zone_asks_every_schedule_again():
    nights = {"mon": ["13:00-24:00"]}
    story = Story(settings_of(an_output("light", timing={"enabled": True, "schedule": nights})))
    assert not story.is_on("light")
    story.edit(
        settings_of(
            an_output("light", timing={"enabled": True, "schedule": nights}), device={"timezone": "Europe/Kyiv"}
        )
    )
    assert story.is_on("light")
