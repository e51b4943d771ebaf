"""The pulse's phase from absolute times, against a list of its edges."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.core.pulse import phase

milliseconds = st.integers(50, 60_000)


def test_it_begins_active():
    assert phase(start=10.0, now=10.0, on_s=0.5, off_s=1.0) == (True, 10.5)


def test_an_edge_belongs_to_what_it_begins():
    assert phase(start=0.0, now=0.5, on_s=0.5, off_s=1.0) == (False, 1.5)
    assert phase(start=0.0, now=1.5, on_s=0.5, off_s=1.0) == (True, 2.0)


def test_whoever_comes_late_finds_the_phase_of_now_and_no_edge_in_the_past():
    assert phase(start=0.0, now=1000.2, on_s=0.5, off_s=0.5) == (True, 1000.5)


@given(
    on=milliseconds, off=milliseconds, at=st.integers(0, 600_000), start=st.sampled_from([0.0, 1000.0, 16_777_216.3])
)
def test_it_is_the_phase_of_a_list_of_edges(on, off, at, start):
    active, edge = True, on
    while edge <= at:
        active = not active
        edge += on if active else off
    got = phase(start=start, now=start + (at + 0.5) / 1000, on_s=on / 1000, off_s=off / 1000)
    if edge - at > 0.5:  # half a millisecond later is the same phase, whatever the rounding
        assert got[0] is active
        assert abs(got[1] - start - edge / 1000) < 1e-6


@given(on=milliseconds, off=milliseconds, start=st.floats(0, 1e8), edges=st.integers(1, 50))
def test_following_the_edges_alternates_and_never_stands_still(on, off, start, edges):
    now, seen = start, []
    for _ in range(edges):
        active, edge = phase(start=start, now=now, on_s=on / 1000, off_s=off / 1000)
        assert edge > now
        seen.append(active)
        now = edge
    assert seen == [index % 2 == 0 for index in range(edges)]
    assert abs(now - start - sum(on if index % 2 == 0 else off for index in range(edges)) / 1000) < 1e-5
