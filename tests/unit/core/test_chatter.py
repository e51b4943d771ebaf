"""More than twenty trips within a minute, and the whole minute of rest after them."""

from __future__ import annotations

from bridge.core.chatter import Chatter


def tripped(*times):
    chatter = Chatter()
    for at in times:
        chatter.tripped(at)
    return chatter


def test_twenty_trips_in_a_minute_are_none():
    assert not tripped(*range(20)).raised


def test_the_twenty_first_within_a_minute_raises_it():
    assert tripped(*range(21)).raised


def test_twenty_one_in_just_a_minute_are_one_too_slow():
    assert not tripped(*(3 * index for index in range(21))).raised
    assert tripped(*(2.999 * index for index in range(21))).raised


def test_it_is_lowered_after_a_whole_minute_with_few_enough():
    chatter = tripped(*range(21))
    chatter.elapse(79.9)
    assert chatter.raised
    chatter.elapse(80)
    assert not chatter.raised
    assert chatter.due is None


def test_it_stays_for_as_long_as_a_minute_has_more():
    chatter = tripped(*range(200))
    chatter.elapse(258)
    assert chatter.raised
    chatter.elapse(260.1)
    assert not chatter.raised


def test_whoever_looks_late_finds_it_lowered():
    chatter = tripped(*range(21))
    chatter.elapse(100_000)
    assert not chatter.raised


def test_trips_after_it_was_lowered_raise_it_again():
    chatter = tripped(*range(21))
    chatter.elapse(80)
    for at in range(100, 121):
        chatter.tripped(at)
    assert chatter.raised
