"""Debounce in both directions, by the edges' own stamps."""

from __future__ import annotations

from bridge.core.contact import Level
from bridge.core.debounce import Debouncer, Settled

LOW, HIGH = Level.LOW, Level.HIGH


def at_rest(level=HIGH, *, stable_for_s=0.1):
    debouncer = Debouncer(stable_for_s=stable_for_s)
    debouncer.saw(level, -10.0)
    debouncer.elapse(-1.0)
    return debouncer


def test_a_level_counts_once_it_has_been_stable_and_is_dated_by_its_first_edge():
    debouncer = at_rest()
    assert debouncer.saw(LOW, 1.0) == ()
    assert debouncer.due == 1.1
    assert debouncer.elapse(1.09) == ()
    assert debouncer.elapse(1.1) == (Settled(LOW, 1.0),)
    assert debouncer.due is None


def test_without_a_debounce_time_every_edge_counts_at_once():
    debouncer = at_rest(stable_for_s=0)
    assert debouncer.saw(LOW, 1.0) == (Settled(LOW, 1.0),)
    assert debouncer.saw(HIGH, 1.001) == (Settled(HIGH, 1.001),)
    assert debouncer.glitches == 0


def test_a_shorter_run_is_a_glitch_and_the_stable_one_is_dated_after_it():
    debouncer = at_rest()
    for level, at in ((LOW, 1.0), (HIGH, 1.02), (LOW, 1.03)):
        assert debouncer.saw(level, at) == ()
    assert debouncer.elapse(2.0) == (Settled(LOW, 1.03),)
    assert debouncer.glitches == 1


def test_restoring_is_debounced_too():
    debouncer = at_rest(LOW)
    assert debouncer.saw(HIGH, 1.0) == ()
    assert debouncer.saw(LOW, 1.05) == ()
    assert debouncer.elapse(5.0) == ()
    assert (debouncer.level, debouncer.glitches) == (LOW, 1)


def test_an_edge_ends_a_run_that_was_long_enough_before_anybody_looked():
    debouncer = at_rest()
    debouncer.saw(LOW, 1.0)
    assert debouncer.saw(HIGH, 1.2) == (Settled(LOW, 1.0),)
    assert debouncer.elapse(9.0) == (Settled(HIGH, 1.2),)


def test_the_same_level_again_is_no_edge():
    debouncer = at_rest()
    debouncer.saw(LOW, 1.0)
    debouncer.saw(LOW, 1.05)
    assert debouncer.elapse(1.1) == (Settled(LOW, 1.0),)


def test_a_level_on_either_side_of_a_gap_was_not_seen_to_be_stable():
    debouncer = at_rest()
    debouncer.saw(LOW, 1.0)
    debouncer.missed(3)
    debouncer.saw(LOW, 1.08)
    assert debouncer.glitches == 2
    assert debouncer.elapse(1.15) == ()
    assert debouncer.elapse(1.2) == (Settled(LOW, 1.08),)


def test_a_lost_line_has_no_level_until_a_new_one_was_stable():
    debouncer = at_rest(LOW)
    debouncer.forget()
    assert debouncer.level is None
    assert debouncer.saw(LOW, 5.0) == ()
    assert debouncer.elapse(5.2) == (Settled(LOW, 5.0),)
