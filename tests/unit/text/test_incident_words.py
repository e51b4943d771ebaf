"""An incident in words: its state, its causes, and what it set going."""

from __future__ import annotations

import pytest
from words.journal_entries import an_entry

from bridge.core.incidents import incidents
from bridge.text.incident_words import duration, incident_words

NAMES = {"door": "Garage door", "siren": "Siren"}


def words(*entries):
    return incident_words(incidents(entries)[0], lambda part: NAMES.get(part, part))


BEGIN = an_entry(1, kind="alarm_begin", input="door", cause="input")
END = an_entry(9, kind="alarm_end", input="door", cause="restored", seconds=200.0)
ON = an_entry(2, kind="output_on", output="siren", reason="alarm", by="door")


def action(seq, kind, **fields):
    return an_entry(seq, kind=kind, input="door", alarm="boot1-1", **fields)


def test_an_alarm_that_is_over_has_its_duration_and_both_causes():
    found = words(BEGIN, END)
    assert (found.state, found.why, found.mood) == ("Alarm for 3 min 20 s", "contact tripped; contact restored", "over")


def test_an_alarm_that_goes_on_and_one_whose_end_is_lost_have_none():
    assert (words(BEGIN, ON).state, words(BEGIN, ON).mood) == ("In alarm", "alarm")
    lost = words(BEGIN, an_entry(4, kind="start"), an_entry(5, kind="alarm_begin", input="door"))
    assert (lost.state, lost.mood) == ("Alarm, its end is not known", "lost")
    assert words(action(3, "email", reason="sent")).state == "Alarm that began earlier"


def test_an_alarm_that_came_again_says_how_often():
    again = [an_entry(seq, kind="retrigger", input="door", cause="input") for seq in (3, 5)]
    assert words(BEGIN, again[0], END).why == "contact tripped; came again once; contact restored"
    assert words(BEGIN, *again, END).why == "contact tripped; came again 2 times; contact restored"


def test_each_thing_that_was_set_going_is_named_once_with_its_outcome():
    off = an_entry(4, kind="output_off", output="siren", reason="time", seconds=60.0)
    found = words(
        BEGIN,
        ON,
        action(3, "snapshot", reason="taken"),
        off,
        action(5, "snapshot", reason="taken"),
        action(6, "email", reason="failed", error="550 no"),
        action(7, "clip", reason="recorded", path="2026-06-01/120000_door.mp4", seconds=15.2),
        END,
    )
    assert [deed.text for deed in found.deeds] == [
        "Siren on for 1 min",
        "Picture taken (2)",
        "E-mail failed",
        "Clip of 15 s",
    ]
    assert [deed.is_grave for deed in found.deeds] == [False, False, True, False]
    assert [deed.clip for deed in found.deeds] == [None, None, None, "2026-06-01/120000_door.mp4"]


def test_an_output_that_is_still_on_has_no_duration_and_one_that_was_cut_off_stands_out():
    assert [deed.text for deed in words(BEGIN, ON).deeds] == ["Siren on"]
    cut = an_entry(4, kind="cut_off", output="siren", seconds=900.0)
    off = an_entry(5, kind="output_off", output="siren", reason="cut_off", seconds=900.0)
    (deed,) = words(BEGIN, ON, cut, off).deeds
    assert (deed.text, deed.is_grave) == ("Siren cut off after 15 min", True)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (0.44, "0.4 s"), (2.0, "2 s"), (9.96, "10 s"), (59.6, "1 min"), (61, "1 min 1 s"),
        (7500, "2 h 5 min"), (3600, "1 h"), (3605, "1 h"), (90000, "1 d 1 h"),
    ],
)  # fmt: skip
def test_a_duration_has_its_two_largest_units(seconds, text):
    assert duration(seconds) == text
