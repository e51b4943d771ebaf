"""Spans of time from the journal's entries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from words.journal_entries import NOON, an_entry

from bridge.core.timeline import Span, spans

DAY = timedelta(days=1)


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def drawn(*entries, lasting=(), since=NOON, until=NOON + DAY):
    """Terminal, kind, begin and end in seconds after noon, and the clip of each span."""

    def seconds(moment):
        return None if moment is None else (moment - NOON).total_seconds()

    found = spans(entries, since=since, until=until, lasting=lasting)
    return [(each.terminal, each.kind, seconds(each.begin), seconds(each.end)) for each in found]


def begin(seq, of="door", **fields):
    return an_entry(seq, kind="alarm_begin", input=of, cause="input", **fields)


def end(seq, of="door", **fields):
    return an_entry(seq, kind="alarm_end", input=of, cause="restored", **fields)


def on(seq, output="siren", **fields):
    return an_entry(seq, kind="output_on", output=output, **{"reason": "alarm", "by": "door", **fields})


def off(seq, output="siren", **fields):
    return an_entry(seq, kind="output_off", output=output, reason="time", **fields)


def test_an_alarm_and_what_it_turned_on_are_spans_from_their_begin_to_their_end():
    assert drawn(begin(1), on(2), end(5, seconds=4.0), off(9, seconds=7.0)) == [
        ("door", "alarm", 1, 5),
        ("siren", "on", 2, 9),
    ]


def test_what_lasts_has_no_end():
    assert drawn(begin(1), on(2), lasting={("door", "alarm"), ("siren", "on")}) == [
        ("door", "alarm", 1, None),
        ("siren", "on", 2, None),
    ]


def test_what_began_before_the_entries_begins_where_its_duration_says_or_is_not_known():
    assert drawn(end(5, seconds=60.0), off(9)) == [("door", "alarm", -55, 5), ("siren", "on", None, 9)]
    assert drawn(lasting={("door", "alarm")}) == [("door", "alarm", None, None)]


def test_a_span_outside_the_window_is_left_out_and_one_that_reaches_into_it_is_not():
    entries = [begin(1), end(5, seconds=4.0), begin(7), end(20, seconds=13.0), begin(40), end(41, seconds=1.0)]
    assert drawn(*entries, since=at(10), until=at(30)) == [("door", "alarm", 7, 20)]


@pytest.mark.parametrize("jump_h", [-3, 3])
def test_a_clock_that_was_set_in_between_moves_the_begin_and_not_the_duration(jump_h):
    late = at(jump_h * 3600 + 5)
    assert drawn(begin(1), end(2, time=late, seconds=4.0), since=NOON - DAY) == [
        ("door", "alarm", jump_h * 3600 + 1, jump_h * 3600 + 5)
    ]
    (span,) = drawn(begin(1), end(2, time=at(-3600)), since=NOON - DAY)
    assert span == ("door", "alarm", -3600, -3600), "no duration is known, and none is negative"


def test_a_begin_stamped_in_the_future_is_left_out():
    assert drawn(begin(1, time=NOON + 400 * DAY), lasting={("door", "alarm")}) == []


def test_an_alarm_goes_on_over_a_restart_and_an_output_does_not():
    entries = [
        begin(1), on(2), off(3, seconds=1.0), an_entry(4, kind="stop"), an_entry(9, kind="start"),
        an_entry(10, kind="resumed", input="door"), on(11), end(20), off(21, seconds=10.0),
    ]  # fmt: skip
    assert drawn(*entries) == [("door", "alarm", 1, 20), ("siren", "on", 2, 3), ("siren", "on", 11, 21)]


def test_a_kill_ends_an_output_and_a_fault_at_the_last_sign_of_life():
    fault = an_entry(2, kind="fault", input="gate", cause="line_fault")
    entries = [on(1, reason="manual", by="page"), fault, an_entry(5, kind="settings"), an_entry(100, kind="start")]
    assert drawn(*entries) == [("siren", "on", 1, 5), ("gate", "fault", 2, 5)]


def test_an_alarm_whose_end_nobody_saw_is_an_instant():
    entries = [begin(1), an_entry(50, kind="start"), begin(60)]
    assert drawn(*entries, lasting={("door", "alarm")}) == [("door", "alarm", 1, 1), ("door", "alarm", 60, None)]
    assert drawn(begin(1), an_entry(50, kind="start")) == [("door", "alarm", 1, 1)]


def test_faults_of_different_causes_are_spans_of_their_own_and_new_settings_end_all():
    def fault(seq, cause, kind="fault"):
        return an_entry(seq, kind=kind, input="door", cause=cause)

    entries = [
        fault(1, "line_fault"),
        fault(2, "chatter"),
        fault(5, "line_fault", "healed"),
        fault(8, "chatter", "healed"),
    ]
    assert drawn(*entries) == [("door", "fault", 1, 5), ("door", "fault", 2, 8)]
    assert drawn(fault(1, "line_fault"), fault(2, "chatter"), fault(6, "settings", "healed")) == [
        ("door", "fault", 1, 6),
        ("door", "fault", 2, 6),
    ]


def test_a_contact_that_comes_again_has_a_span_each_time_and_a_command_during_its_alarm_has_none():
    def again(seq):
        return an_entry(seq, kind="retrigger", input="door", cause="input")

    assert drawn(begin(1), end(2, seconds=1.0), again(3), end(4, seconds=1.0)) == [
        ("door", "alarm", 1, 2),
        ("door", "alarm", 3, 4),
    ]
    assert drawn(begin(1), again(3), end(4, seconds=3.0)) == [("door", "alarm", 1, 4)]


def test_a_clip_is_at_its_alarm_and_at_the_outputs_that_it_turned_on():
    clip = an_entry(6, kind="clip", input="door", reason="recorded", path="2026-06-01/120001_door.mp4", alarm="boot1-1")
    other = on(7, "lamp", reason="manual", by="page")
    lasting = {("lamp", "on")}
    found = spans([begin(1), on(2), end(3), off(4), clip, other], since=NOON, until=NOON + DAY, lasting=lasting)
    assert [(each.terminal, each.clip, each.seq) for each in found] == [
        ("door", clip.path, 1),
        ("siren", clip.path, 2),
        ("lamp", None, 7),
    ]
    assert isinstance(found[0], Span)
