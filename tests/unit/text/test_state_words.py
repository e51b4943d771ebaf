"""What a person reads about inputs and outputs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from words.builders import an_input, an_output, settings_of

from bridge.core.contact import Contact
from bridge.core.definitions.onvif_lines import OnvifEvent, OnvifRelay
from bridge.core.effects import InputView, OutputView
from bridge.core.journal import JournalEntry
from bridge.text.journal_words import entry_words
from bridge.text.state_words import clock_time, input_mood, input_words, output_mood, output_words

NOW = datetime(2026, 11, 23, 14, 3, 20, tzinfo=UTC)
SETTINGS = settings_of(
    an_input("door", name="Garage door", schedule="nights"),
    an_output("siren", follow_source=True),
    an_output("horn"),
    schedules={"nights": {"mon": ["18:00-24:00"]}},
)
DOOR, SIREN, HORN = SETTINGS.inputs[0], *SETTINGS.outputs
INPUT = InputView(
    id="door", contact=Contact.DISCONNECTED, tripped=False, alarm=False, enabled=True, armed=True, armed_until=None,
    since=NOW, last_alarm=None, alarms=0, held_back=0, glitches=0, problem=None, available=True,
)  # fmt: skip
OUTPUT = OutputView(
    id="siren", on=False, contact=Contact.DISCONNECTED, mode="switch", reason=None, by=None, sources=(), until=None,
    remaining_ms=None, problem=None, available=True,
)  # fmt: skip


def names(part):
    return {"door": "Garage door"}.get(part, part)


@pytest.mark.parametrize(
    ("moment", "read"),
    [
        (NOW - timedelta(hours=1), "13:03:20"),
        (NOW + timedelta(days=1), "Tue 24 Nov, 14:03"),
        (NOW - timedelta(days=300), "27 Jan 2026, 14:03"),
    ],
)
def test_a_time_of_today_is_short(moment, read):
    assert clock_time(moment, NOW) == read


@pytest.mark.parametrize(
    ("change", "mood", "armed"),
    [
        ({}, "normal", "Armed"),
        ({"armed_until": NOW + timedelta(hours=4)}, "normal", "Armed until 18:03:20"),
        ({"tripped": True, "armed": False}, "tripped", "Not armed: schedule nights is closed"),
        ({"tripped": True, "alarm": True}, "alarm", "Armed"),
        ({"enabled": False, "armed": False}, "normal", "Disabled"),
        ({"tripped": None, "contact": Contact.UNKNOWN}, "unknown", "Armed"),
        ({"tripped": None, "available": False, "problem": "line_fault"}, "fault", "Armed"),
        ({"tripped": None, "available": False, "problem": "line_fault", "alarm": True}, "alarm", "Armed"),
    ],
)
def test_an_input_is_told_by_its_lamp_and_whether_it_is_armed(change, mood, armed):
    view = replace(INPUT, **change)
    assert (input_mood(view), input_words(view, DOOR, NOW, device_armed=True)["armed"]) == (mood, armed)


@pytest.mark.parametrize(
    ("settings", "enabled", "armed"),
    [
        ({}, True, "Not armed: the device is disarmed"),
        ({}, False, "Disabled"),
        ({"always_armed": True}, True, "Not armed: schedule nights is closed"),
    ],
)
def test_on_a_disarmed_device_the_first_reason_is_told(settings, enabled, armed):
    view = replace(INPUT, armed=False, enabled=enabled)
    assert input_words(view, replace(DOOR, **settings), NOW, device_armed=False)["armed"] == armed


@pytest.mark.parametrize(
    ("change", "settings", "why", "until"),
    [
        (
            {"on": True, "reason": "alarm", "sources": ("door",)},
            SIREN,
            "Alarm: Garage door",
            "for as long as the alarm lasts",
        ),
        ({"on": True, "reason": "alarm", "until": NOW}, HORN, "Alarm: its time still runs", "until 14:03:20"),
        ({"on": True, "reason": "alarm", "sources": ("door",)}, HORN, "Alarm: Garage door", "until it is stopped"),
        ({"on": True, "reason": "manual", "by": "page"}, HORN, "Started by the page", "until it is stopped"),
        ({"on": True, "reason": "timing"}, HORN, "Timing alarm output", "until its schedule closes"),
        ({"reason": "stop", "by": "mqtt"}, HORN, "Stopped by MQTT", ""),
        ({"reason": "cut_off"}, HORN, "Cut off: on for as long as it may be", ""),
        ({}, HORN, "", ""),
    ],
)
def test_an_output_says_why_it_is_on_and_until_when(change, settings, why, until):
    words = output_words(replace(OUTPUT, **change), settings, names, NOW)
    assert (words["why"], words["until"]) == (why, until)


def test_a_line_in_another_device_is_named_and_what_is_not_known_of_it_is_said():
    unheard = replace(INPUT, tripped=None, contact=Contact.UNKNOWN)
    far = replace(DOOR, line=OnvifEvent(camera="gate", event="motion"))
    words = input_words(unheard, far, NOW, device_armed=True)
    assert (words["state"], words["line"]) == ("Not known yet", "ONVIF event of gate")
    lost = replace(unheard, available=False, problem="line_fault")
    assert input_words(lost, far, NOW, device_armed=True)["problem"] == "it cannot be reached"
    assert input_words(lost, DOOR, NOW, device_armed=True)["problem"] == "it cannot be used"
    assert input_words(INPUT, DOOR, NOW, device_armed=True)["line"] == ""


@pytest.mark.parametrize(
    ("confirmed", "words"), [(None, ""), (True, "confirmed by the device"), (False, "not confirmed by the device")]
)
def test_an_output_in_another_device_says_what_that_says(confirmed, words):
    far = replace(SIREN, line=OnvifRelay(camera="gate", token="RO_1"))
    shown = output_words(replace(OUTPUT, confirmed=confirmed, problem="not_confirmed"), far, names, NOW)
    assert (shown["line"], shown["confirmed"]) == ("ONVIF relay of gate", words)
    assert shown["problem"] == "the device says that it did something else"


def test_an_outputs_lamp():
    assert output_mood(OUTPUT) == "off"
    assert output_mood(replace(OUTPUT, on=True)) == "on"
    assert output_mood(replace(OUTPUT, on=True, mode="pulse")) == "pulse"
    assert output_mood(replace(OUTPUT, on=True, available=False)) == "fault"


def test_a_journal_entry_in_words():
    entry = JournalEntry(
        seq=1, id="b-1", boot="b", kind="output_off", time=NOW, output="horn", reason="cut_off", by="door", seconds=9
    )
    assert entry_words(entry, names, NOW) == {
        "time": "2026-11-23 14:03:20",
        "what": "Off",
        "who": "horn",
        "notes": "cut off: on for as long as it may be, by Garage door, 9.0 s",
        "mood": "",
    }


@pytest.mark.parametrize(
    ("kind", "said", "notes"),
    [
        ("alarm_begin", {"cause": "input"}, "contact tripped"),
        ("alarm_begin", {"cause": "command", "by": "mqtt"}, "command, by MQTT"),
        ("alarm_end", {"cause": "schedule"}, "its schedule closed"),
        ("output_on", {"reason": "alarm", "by": "door"}, "alarm of Garage door"),
        ("output_on", {"reason": "manual", "by": "page"}, "manual, by the page"),
        ("fault", {"cause": "line_fault", "error": "gone"}, "line fault, gone"),
    ],
)
def test_why_an_entry_is_there(kind, said, notes):
    entry = JournalEntry(seq=1, id="b-1", boot="b", kind=kind, time=NOW, input="door", **said)
    assert entry_words(entry, names, NOW)["notes"] == notes
