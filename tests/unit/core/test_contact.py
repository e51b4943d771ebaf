"""The three layers between electricity and meaning, as tables of truth."""

from __future__ import annotations

import pytest

from bridge.core.contact import (
    Contact,
    Level,
    TriggerMode,
    ValidSignal,
    contact_of,
    demanded_contact,
    is_tripped,
    level_of,
    opposite,
)


@pytest.mark.parametrize(
    ("level", "connected_level", "contact"),
    [
        ("low", "low", "connected"),
        ("high", "low", "disconnected"),
        ("low", "high", "disconnected"),
        ("high", "high", "connected"),
        (None, "low", "unknown"),
        (None, "high", "unknown"),
    ],
)
def test_wiring_says_which_contact_a_level_means(level, connected_level, contact):
    assert contact_of(level and Level(level), Level(connected_level)) == contact
    if level:
        assert level_of(Contact(contact), Level(connected_level)) == level


@pytest.mark.parametrize(
    ("contact", "mode", "tripped"),
    [
        ("connected", "connect", True),
        ("disconnected", "connect", False),
        ("connected", "disconnect", False),
        ("disconnected", "disconnect", True),
        ("unknown", "connect", False),
        ("unknown", "disconnect", False),
    ],
)
def test_trigger_mode_says_which_contact_trips_and_an_unknown_one_never_does(contact, mode, tripped):
    assert is_tripped(Contact(contact), TriggerMode(mode)) is tripped


@pytest.mark.parametrize(
    ("active", "valid_signal", "connected_level", "contact", "level"),
    [
        (True, "close", "high", "connected", "high"),
        (False, "close", "high", "disconnected", "low"),
        (True, "disconnect", "high", "disconnected", "low"),
        (False, "disconnect", "high", "connected", "high"),
        (True, "close", "low", "connected", "low"),
        (False, "close", "low", "disconnected", "high"),
        (True, "disconnect", "low", "disconnected", "high"),
        (False, "disconnect", "low", "connected", "low"),
    ],
)
def test_valid_signal_and_wiring_say_what_an_output_drives(active, valid_signal, connected_level, contact, level):
    demanded = demanded_contact(active=active, valid_signal=ValidSignal(valid_signal))
    assert demanded == contact
    assert level_of(demanded, Level(connected_level)) == level


def test_no_level_makes_an_unknown_contact():
    with pytest.raises(ValueError, match="unknown contact"):
        level_of(Contact.UNKNOWN, Level.LOW)


def test_each_level_has_its_opposite():
    assert (opposite(Level.LOW), opposite(Level.HIGH)) == (Level.HIGH, Level.LOW)
