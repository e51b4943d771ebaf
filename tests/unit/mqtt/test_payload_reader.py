"""What was published is read back as what it was."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest
from fakes.mqtt_bridge import an_input_view, an_output_view
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.contact import Contact
from bridge.core.journal import JournalEntry
from bridge.mqtt import payloads
from bridge.mqtt.payload_reader import seen_entry, seen_input, seen_output

MOMENTS = st.none() | st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - the zone is given beside
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
WORDS = st.none() | st.sampled_from(["line_fault", "chatter", "mqtt", "alarm"])
COUNTS = st.integers(0, 10_000)


def said_by_input(view):
    return {
        "state": payloads.on_off(view.tripped),
        "alarm": payloads.on_off(view.alarm),
        "attributes": payloads.input_attributes(view),
        "availability": payloads.online(view.available),
    }


def said_by_output(view):
    return {
        "state": payloads.on_off(view.on),
        "attributes": payloads.output_attributes(view),
        "availability": payloads.online(view.available),
    }


@given(
    st.builds(
        an_input_view,
        contact=st.sampled_from(Contact),
        tripped=st.sampled_from([True, False, None]),
        alarm=st.booleans(),
        enabled=st.booleans(),
        armed=st.booleans(),
        armed_until=MOMENTS,
        since=MOMENTS,
        last_alarm=MOMENTS,
        alarms=COUNTS,
        held_back=COUNTS,
        glitches=COUNTS,
        problem=WORDS,
        available=st.booleans(),
    )
)
def test_every_input_is_read_back_as_it_was(view):
    assert seen_input(view.id, said_by_input(view)) == view


@given(
    st.builds(
        an_output_view,
        on=st.booleans(),
        contact=st.sampled_from(Contact),
        mode=st.sampled_from(["switch", "pulse"]),
        reason=WORDS,
        by=WORDS,
        sources=st.lists(st.sampled_from(["door", "window"]), unique=True).map(tuple),
        until=MOMENTS,
        available=st.booleans(),
    )
)
def test_every_output_is_read_back_as_it_was(view):
    view = dataclasses.replace(view, problem=None if view.available else "line_fault")
    assert seen_output(view.id, said_by_output(view)) == view


def test_a_journal_entry_is_read_back_as_it_was():
    entry = JournalEntry(
        seq=7, id="b-7", boot="b", kind="ftp", time=datetime(2026, 3, 4, 5, 6, 7, 89_000, tzinfo=UTC), input="door",
        reason="failed", error="530 no", path="/x.jpg", seconds=1.5, held_back=2,
    )  # fmt: skip
    assert seen_entry(payloads.journal(entry, replayed=False)) == entry


def test_what_came_from_outside_cannot_steer_a_terminal():
    entry = JournalEntry(
        seq=7, id="b-7", boot="b", kind="ftp", time=datetime(2026, 3, 4, tzinfo=UTC), error="530 \x1b[2J\x07no\n"
    )
    seen = seen_entry(payloads.journal(entry, replayed=False))
    assert seen.error == "530 \\x1b[2J\\x07no\\n"


@pytest.mark.parametrize(
    "payload", [b"", b"x", b"[]", b"\xff", b"[" * 100_000, b'{"kind": "start"}', b'{"kind": 1, "time": 2}']
)
def test_what_is_no_entry_is_none(payload):
    assert seen_entry(payload) is None


def test_a_part_of_which_too_little_came_is_not_there_yet():
    said = said_by_input(an_input_view())
    assert seen_input("door", {"state": said["state"]}) is None
    assert seen_input("door", {"attributes": said["attributes"]}) is None
    assert seen_output("siren", {}) is None


def test_what_is_malformed_is_taken_for_unknown():
    seen = seen_input(
        "door",
        {
            "state": b"perhaps",
            "attributes": b'{"contact": ["x"], "since": "today", "alarms": true, "problem": 5, "armed_until": 3}',
        },
    )
    assert (seen.contact, seen.tripped, seen.since, seen.alarms, seen.problem) == (Contact.UNKNOWN, None, None, 0, None)
    seen = seen_output(
        "siren", {"state": b"ON", "attributes": b'{"sources": {"a": 1}, "until": "2026-01-01T00:00:00"}'}
    )
    assert (seen.sources, seen.until, seen.mode) == ((), None, "switch")
