"""The sliding window against a brute force that remembers everything."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from bridge.core.rate_limit import RateLimit

limits = st.tuples(st.integers(1, 5), st.sampled_from([1, 3, 10]))
# Whole seconds, so that events fall on the very edge of the window.
steps = st.lists(st.tuples(st.integers(0, 6), st.sampled_from(["take", "count"])), max_size=60)


@given(limit=limits, steps=steps)
def test_the_window_says_what_counting_all_events_says(limit, steps):
    at_most, within_s = limit
    window, counted = RateLimit(at_most=at_most, within_s=within_s), []
    for at, step in zip(itertools.accumulate(gap for gap, _ in steps), (step for _, step in steps), strict=True):
        used_up = sum(at - within_s < event for event in counted) >= at_most
        assert window.is_used_up(at) == used_up
        if step == "count":
            window.count(at)
        else:
            assert window.take(at) == (not used_up)
        if step == "count" or not used_up:
            counted.append(at)


@given(limit=limits, gaps=st.lists(st.integers(0, 6), max_size=60))
def test_no_window_wherever_it_lies_has_more_than_allowed(limit, gaps):
    at_most, within_s = limit
    window = RateLimit(at_most=at_most, within_s=within_s)
    taken = [at for at in itertools.accumulate(gaps) if window.take(at)]
    for begin in taken:
        assert sum(begin <= at < begin + within_s for at in taken) <= at_most
