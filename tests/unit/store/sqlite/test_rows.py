import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st
from words.journal_entries import an_entry

from bridge.core.facts import StoredInput
from bridge.core.journal import JournalEntry
from bridge.store.sqlite.rows import entry_of, entry_row, input_of, input_row

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=OFFSETS)  # noqa: DTZ001 - the zones are drawn
TEXT = st.none() | st.text(st.characters(codec="utf-8"), max_size=30)


@given(
    st.builds(
        JournalEntry,
        seq=st.integers(1, 2**53),
        id=st.text(min_size=1, max_size=30),
        boot=st.just("b"),
        kind=st.sampled_from(["start", "alarm_begin", "fault"]),
        time=INSTANTS,
        input=TEXT,
        output=TEXT,
        error=TEXT,
        path=TEXT,
        seconds=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        held_back=st.none() | st.integers(0, 10**6),
    )
)
def test_an_entry_comes_back_as_it_was_with_its_own_offset(entry):
    back = entry_of(entry_row(entry)[:7])
    assert back == entry
    assert back.time.utcoffset() == entry.time.utcoffset()


def test_text_that_is_no_unicode_does_not_stop_the_journal():
    entry = an_entry(1, error="no such file: \udcff")
    entry_row(entry)[-1].encode()
    assert entry_of(entry_row(entry)) == entry


def test_details_of_a_newer_release_are_left_out():
    row = [*entry_row(an_entry(1, input="door"))]
    row[-1] = json.dumps({"input": "door", "colour": "red"})
    assert entry_of(row) == an_entry(1, input="door")


@given(st.booleans(), st.none() | INSTANTS, st.integers(0, 10**6), st.frozensets(st.sampled_from(["siren", "lamp"])))
def test_what_is_kept_of_an_input_comes_back_as_it_was(alarm, last_alarm, held_back, silenced):
    state = StoredInput(alarm=alarm, last_alarm=last_alarm, held_back=held_back, silenced=silenced)
    assert input_of(input_row("door", state)) == ("door", state)


def test_times_are_kept_to_the_microsecond():
    entry = an_entry(1, time=datetime(2026, 3, 29, 1, 59, 59, 999999, UTC))
    assert entry_of(entry_row(entry)).time.microsecond == 999999
