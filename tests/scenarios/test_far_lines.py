"""Lines in other devices: contacts that are reported, and sinks that may be out of reach (behaviour.md 10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core import facts
from bridge.core.contact import Contact
from bridge.core.definitions.far_lines import Far
from bridge.core.effects import DriveLine, RunLinkage
from bridge.core.facts import StoredInput

SIREN = an_output("siren", alarm_time_ms=5000)


@dataclass(frozen=True, slots=True, kw_only=True)
class FarLine(Far):
    """A line in another device."""

    kind: Literal["far"] = "far"


def far(settings, *terminals: str):
    """The same settings, with the lines of these terminals in another device."""
    line: Any = FarLine()

    def moved(each):
        return replace(each, line=line) if each.id in terminals else each

    return replace(settings, inputs=tuple(map(moved, settings.inputs)), outputs=tuple(map(moved, settings.outputs)))


def reported(story: Story, contact: str, *, event: bool = True, **how: Any) -> None:
    story.tell(facts.ContactReported(terminal="door", contact=Contact(contact), at=story.time, is_event=event, **how))


def a_far_door(*, grace: float = 0, stored: dict[str, StoredInput] | None = None, **how: Any) -> Story:
    door = an_input("door", outputs=["siren"], **how)
    settings = far(settings_of(door, SIREN, device={"startup_grace_s": grace}), "door")
    return Story(settings, stored=stored, contacts={"door": None})


# Inputs


def test_an_event_begins_an_alarm_though_it_is_the_first_thing_that_was_ever_heard():
    story = a_far_door()
    reported(story, "connected")
    assert story.told("alarm_begin") == [("alarm_begin", "input")]
    assert len(story.all(RunLinkage)) == 1
    assert story.is_on("siren")


def test_a_state_from_before_goes_through_the_start_up_table():
    new, known = a_far_door(), a_far_door(stored={"door": StoredInput(alarm=False)})
    for story in (new, known):
        reported(story, "connected", event=False)
    assert (new.told("alarm_begin"), known.told("alarm_begin")) == (
        [("alarm_begin", "initial")],
        [("alarm_begin", "startup")],
    )
    assert (new.all(RunLinkage), len(known.all(RunLinkage))) == ([], 1)


def test_a_state_that_goes_on_resumes_the_alarm_and_an_event_begins_another():
    stored = {"door": StoredInput(alarm=True)}
    goes_on, anew = a_far_door(stored=stored), a_far_door(stored=stored)
    reported(goes_on, "connected", event=False)
    reported(anew, "connected")
    assert goes_on.told("resumed", "alarm_begin", "alarm_end") == [("resumed", None)]
    assert anew.told("resumed", "alarm_begin", "alarm_end") == [("alarm_end", "restored"), ("alarm_begin", "input")]


def test_a_repeated_event_does_not_make_one_of_the_state_before_it():
    story = a_far_door(grace=5)
    reported(story, "connected", event=False)
    reported(story, "connected")
    story.wait(6)
    assert story.told("alarm_begin") == [("alarm_begin", "initial")]


def test_an_event_during_the_grace_begins_after_it():
    story = a_far_door(grace=5)
    reported(story, "connected")
    story.wait(4.9)
    assert story.told("alarm_begin") == []
    story.wait(0.2)
    assert story.told("alarm_begin") == [("alarm_begin", "input")]


def test_what_was_not_heard_of_yet_holds_nobody_back_and_is_no_fault():
    settings = settings_of(an_input("door"), an_input("gate"), device={"startup_grace_s": 1})
    story = Story(far(settings, "door"), contacts={"door": None, "gate": "connected"})
    story.tell(facts.ContactReported(terminal="door", contact=Contact.UNKNOWN, at=story.time, is_event=False))
    story.wait(1)
    assert story.told("alarm_begin") == [("alarm_begin", "initial")]
    view = story.input("door")
    assert (view.contact, view.tripped, view.problem, view.available) == (Contact.UNKNOWN, None, None, True)


def test_an_answer_that_is_none_ends_no_alarm_for_ten_minutes():
    story = a_far_door()
    reported(story, "connected")
    reported(story, "unknown")
    story.wait(599)
    assert story.input("door").alarm
    story.wait(2)
    assert story.told("alarm_end") == [("alarm_end", "fault")]
    assert story.input("door").problem is None


def test_an_alarm_goes_on_when_the_same_contact_is_heard_again_after_silence():
    story = a_far_door()
    reported(story, "connected")
    reported(story, "unknown")
    story.wait(60)
    reported(story, "connected")
    story.wait(900)
    assert story.told("alarm_begin", "alarm_end") == [("alarm_begin", "input")]


@pytest.mark.parametrize("event", [True, False])
def test_a_contact_that_changed_while_its_source_was_away_begins_as_input_and_ends_as_restored(event: bool):
    story = a_far_door()
    reported(story, "disconnected")
    for contact in ("connected", "disconnected"):
        story.tell(facts.LineLost(terminal="door", problem="the camera does not answer"))
        story.wait(20)
        story.tell(facts.LineFound(terminal="door"))
        reported(story, contact, event=event)
    assert story.told("alarm_begin", "alarm_end") == [("alarm_begin", "input"), ("alarm_end", "restored")]


def test_a_lost_source_is_a_line_fault_and_tells_why():
    story = a_far_door()
    story.tell(facts.LineLost(terminal="door", problem="the camera does not answer"))
    view = story.input("door")
    assert (view.problem, view.available) == ("line_fault", False)
    assert [entry.error for entry in story.journal("fault")] == ["the camera does not answer"]


def test_begin_and_end_carry_the_time_that_the_source_gives_them():
    story = a_far_door()
    reported(story, "connected", source_time=datetime(2026, 6, 1, 11, 59, 58, 120_000, tzinfo=UTC))
    reported(story, "disconnected")
    assert [entry.source_time for entry in story.journal("alarm_begin", "alarm_end")] == [
        "2026-06-01T11:59:58.120+00:00",
        None,
    ]


def test_an_alarm_that_the_schedule_begins_has_no_time_of_the_source():
    story = a_far_door(enabled=False)
    reported(story, "connected", source_time=datetime(2026, 6, 1, tzinfo=UTC))
    story.edit(replace(story.settings, inputs=(replace(story.settings.inputs[0], enabled=True),)))
    assert [(entry.cause, entry.source_time) for entry in story.journal("alarm_begin")] == [("settings", None)]


def test_messages_that_mean_nothing_are_counted_and_change_nothing():
    story = a_far_door()
    reported(story, "connected")
    story.tell(facts.MessageIgnored(terminal="door"))
    story.tell(facts.MessageIgnored(terminal="nobody"))
    assert (story.input("door").ignored, story.input("door").alarm) == (1, True)


def test_another_line_by_settings_is_not_heard_of_yet():
    story = a_far_door()
    reported(story, "connected")
    moved = replace(story.settings.inputs[0], line=None)
    story.edit(replace(story.settings, inputs=(moved,)))
    assert story.input("door").contact is Contact.UNKNOWN


# Outputs


def a_far_siren(**how: Any) -> Story:
    siren = an_output("siren", **{"alarm_time_ms": 5000, **how})
    return Story(far(settings_of(an_input("door", outputs=["siren"]), siren), "siren"))


def driven(story: Story) -> list[tuple[str, float | None]]:
    return [
        (effect.level.value, None if effect.until is None else round(effect.until - 1000, 3))
        for effect in story.all(DriveLine)
    ]


def test_a_far_output_is_driven_with_the_end_of_its_demand_and_again_when_that_moves():
    story = a_far_siren()
    story.start("siren", duration_ms=4000)
    story.wait(1)
    story.start("siren", duration_ms=9000)
    story.wait(20)
    assert driven(story) == [("high", 4.0), ("high", 10.0), ("low", None)]


def test_a_demand_without_end_has_none_and_a_local_output_never_has_one():
    endless, local = a_far_siren(alarm_time_ms=0), Story(settings_of(SIREN))
    endless.start("siren")
    local.start("siren", duration_ms=4000)
    assert driven(endless) == [("high", None)]
    assert driven(local) == [("high", None)]


def test_a_sink_out_of_reach_clears_nothing():
    story = a_far_siren()
    story.start("siren", duration_ms=60_000)
    story.tell(facts.SinkLost(terminal="siren", problem="plug.local does not answer"))
    view = story.output("siren")
    assert (view.on, view.problem, view.available) == (True, "line_fault", False)
    story.tell(facts.SinkLost(terminal="siren", problem="plug.local does not answer"))
    story.tell(facts.SinkFound(terminal="siren"))
    view = story.output("siren")
    assert (view.on, view.problem, view.available) == (True, None, True)
    assert story.told("fault", "healed") == [("fault", "line_fault"), ("healed", "line_fault")]


def test_a_sink_out_of_reach_is_started_and_stopped_all_the_same():
    story = a_far_siren()
    story.tell(facts.SinkLost(terminal="siren", problem="away"))
    story.start("siren", duration_ms=60_000)
    assert story.is_on("siren")
    story.stop("siren")
    assert not story.is_on("siren")


def test_a_sink_that_did_something_else_is_a_problem_after_five_seconds():
    story = a_far_siren()
    assert story.output("siren").confirmed is None
    story.tell(facts.SinkReported(terminal="siren", contact=Contact.DISCONNECTED))
    assert story.output("siren").confirmed is True
    story.start("siren", duration_ms=60_000)
    story.wait(4.9)
    assert (story.output("siren").confirmed, story.output("siren").problem) == (False, None)
    story.wait(0.2)
    assert story.output("siren").problem == "not_confirmed"
    story.tell(facts.SinkReported(terminal="siren", contact=Contact.CONNECTED))
    assert (story.output("siren").confirmed, story.output("siren").problem) == (True, None)
    assert story.told("fault", "healed") == [("fault", "not_confirmed"), ("healed", "not_confirmed")]


def test_another_line_takes_every_problem_of_the_old_one_with_it():
    story = a_far_siren()
    story.tell(facts.SinkLost(terminal="siren", problem="away"))
    story.tell(facts.SinkReported(terminal="siren", contact=Contact.CONNECTED))
    story.wait(10)
    story.edit(replace(story.settings, outputs=(replace(story.settings.outputs[0], line=None),)))
    view = story.output("siren")
    assert (view.confirmed, view.problem, view.available) == (None, None, True)


def test_pulses_that_are_too_quick_for_a_far_line_are_refused_as_a_command_too():
    story = a_far_siren()
    story.start("siren", mode="pulse")
    assert not story.is_on("siren")
    slow = a_far_siren(pulse={"on_ms": 1000, "off_ms": 2000})
    slow.start("siren", mode="pulse")
    assert slow.is_on("siren")
