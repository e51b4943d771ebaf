"""No journal, however odd, gives a span that ends before it begins, lies outside the day, or lasts unasked."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from words.journal_entries import NOON, an_entry

from bridge.core.timeline import BEGINS, ENDS, spans

terminals = st.sampled_from([None, "door", "gate"])
outputs = st.sampled_from([None, "siren"])
fields = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([*BEGINS, *ENDS, "start", "stop", "clip", "settings", "clock"]),
        "input": terminals,
        "output": outputs,
        "cause": st.sampled_from([None, "line_fault", "chatter", "settings"]),
        "reason": st.sampled_from([None, "alarm", "recorded"]),
        "by": terminals,
        "seconds": st.none() | st.floats(0, 1e6),
        "path": st.sampled_from([None, "2026-06-01/120000_door.mp4"]),
        "alarm": st.none() | st.integers(1, 30).map("boot1-{}".format),
        "time": st.integers(-100_000, 100_000).map(lambda seconds: NOON + timedelta(seconds=seconds)),
    }
)
journals = st.lists(fields, max_size=30).map(lambda rows: [an_entry(seq, **row) for seq, row in enumerate(rows, 1)])
lasting = st.sets(st.sampled_from([("door", "alarm"), ("siren", "on"), ("gate", "fault")]))


@given(journal=journals, lasting=lasting)
def test_every_span_is_in_order_in_the_day_and_of_a_terminal_that_lasts_if_it_has_no_end(journal, lasting):
    since = NOON - timedelta(days=1)
    found = spans(journal, since=since, until=NOON, lasting=lasting)
    for span in found:
        assert span.begin is None or span.end is None or span.begin <= span.end
        assert span.end is None or span.end >= since
        assert span.begin is None or span.begin <= NOON
        assert span.end is not None or (span.terminal, span.kind) in lasting
    assert len({span.seq for span in found if span.seq}) == len([span for span in found if span.seq])
