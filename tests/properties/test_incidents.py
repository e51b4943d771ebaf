"""No journal, however odd, loses an entry among its incidents, doubles one, or puts one out of its order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from words.journal_entries import an_entry

from bridge.core.incidents import Incident, entries_of, incidents, shown
from bridge.core.journal import KINDS
from bridge.text.incident_words import incident_words

terminals = st.sampled_from([None, "door", "gate"])
fields = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([*KINDS, "alarm_begin", "alarm_end", "output_on", "output_off", "vibration"]),
        "input": terminals,
        "output": st.sampled_from([None, None, "siren", "strobe"]),
        "reason": st.sampled_from([None, "alarm", "manual", "failed"]),
        "by": terminals,
        "alarm": st.none() | st.integers(1, 40).map("boot1-{}".format),
        "seconds": st.none() | st.floats(0, 1e6),
        "boot": st.sampled_from(["boot1", "boot2"]),
    }
)
journals = st.lists(fields, max_size=40).map(lambda rows: [an_entry(seq, **row) for seq, row in enumerate(rows, 1)])


@given(journal=journals)
def test_each_entry_is_in_exactly_one_unit_and_all_stay_in_order(journal):
    units = [entries_of(unit) for unit in incidents(journal)]
    assert sorted(entry.seq for unit in units for entry in unit) == [entry.seq for entry in journal]
    assert all(unit == tuple(sorted(unit, key=lambda entry: entry.seq)) for unit in units)
    firsts = [unit[0].seq for unit in units]
    assert firsts == sorted(firsts)


@given(journal=journals)
def test_every_incident_is_of_one_input_has_at_most_one_begin_and_can_be_put_into_words(journal):
    for unit in incidents(journal):
        if isinstance(unit, Incident):
            assert sum(entry.kind == "alarm_begin" for entry in unit.entries) <= 1
            assert {entry.input for entry in unit.entries if entry.kind == "alarm_end"} <= {unit.input}
            assert incident_words(unit, str).state
            assert unit.seconds is None or unit.seconds >= 0


@given(journal=journals, since=st.integers(0, 41))
def test_a_page_shows_every_entry_from_its_first_on_and_only_whole_incidents(journal, since):
    units = incidents(journal)
    page = shown(units, since=since)
    assert {entry.seq for unit in page for entry in entries_of(unit)} >= {
        entry.seq for entry in journal if entry.seq >= since
    }
    assert set(page) <= set(units)
