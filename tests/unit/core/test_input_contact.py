"""Contact and trip of one input: what a lost line, new settings and another line make of them."""

from __future__ import annotations

from words.builders import an_input, settings_of

from bridge.core.contact import Contact, Level
from bridge.core.input_contact import LONGEST_UNKNOWN_S, InputContact


def input_settings(**settings):
    return settings_of(an_input("door", debounce_ms=100, **settings)).inputs[0]


def a_tripped_contact(**settings):
    """Connected since 1 s, which is what trips."""
    reading = InputContact(input_settings(trigger_mode="connect", **settings))
    reading.saw(Level.LOW, 1.0, more=False)
    (stable,) = reading.elapse(2.0)
    assert reading.count(stable)
    return reading


def test_a_level_counts_from_its_first_edge_on():
    reading = a_tripped_contact()
    assert (reading.contact, reading.tripped, reading.since) == (Contact.CONNECTED, True, 1.0)


def test_a_level_that_stays_trips_no_second_time():
    reading = a_tripped_contact()
    reading.saw(Level.HIGH, 3.0, more=False)
    (opened,) = reading.saw(Level.LOW, 4.0, more=False)
    assert not reading.count(opened)
    assert not reading.tripped
    (closed,) = reading.elapse(5.0)
    assert reading.count(closed)
    assert not reading.count(closed)


def test_nothing_becomes_stable_while_younger_edges_wait():
    reading = InputContact(input_settings())
    reading.saw(Level.LOW, 1.0, more=True)
    assert reading.due is None
    assert reading.elapse(9.0) == ()
    reading.saw(Level.LOW, 1.05, more=False)
    assert reading.due == 1.1


def test_a_lost_line_is_unknown_and_stays_tripped_for_ten_minutes():
    reading = a_tripped_contact()
    reading.lose("unplugged", 5.0)
    assert (reading.contact, reading.tripped, reading.is_read) == (Contact.UNKNOWN, True, False)
    assert reading.due == 5.0 + LONGEST_UNKNOWN_S
    assert reading.expired(reading.due - 1) is None
    assert reading.expired(9999.0) == 5.0 + LONGEST_UNKNOWN_S
    assert not reading.tripped
    assert reading.due is None


def test_a_line_that_is_lost_a_second_time_does_not_stay_tripped_for_longer():
    reading = a_tripped_contact()
    reading.lose("unplugged", 5.0)
    reading.find()
    reading.lose("unplugged", 100.0)
    assert reading.due == 5.0 + LONGEST_UNKNOWN_S


def test_an_edge_that_waits_for_its_debounce_is_due_before_a_trip_expires():
    reading = a_tripped_contact()
    reading.lose("unplugged", 5.0)
    reading.find()
    reading.saw(Level.HIGH, 6.0, more=False)
    assert reading.due == 6.1


def test_another_trigger_mode_counts_at_once_and_moves_no_contact():
    reading = a_tripped_contact()
    reading.apply(input_settings(trigger_mode="disconnect"), 7.0)
    assert (reading.tripped, reading.since) == (False, 1.0)


def test_another_wiring_makes_another_contact_now():
    reading = a_tripped_contact()
    reading.apply(input_settings(trigger_mode="connect", connected_level="high"), 7.0)
    assert (reading.contact, reading.tripped, reading.since) == (Contact.DISCONNECTED, False, 7.0)


def test_nothing_of_the_old_line_counts_for_another_one():
    reading = a_tripped_contact()
    reading.lose("unplugged", 5.0)
    reading.rewire(8.0)
    assert (reading.lost, reading.contact, reading.tripped, reading.since) == (None, Contact.UNKNOWN, False, 8.0)
    assert reading.due is None
