"""The three layers between electricity and meaning (`behaviour.md` 1), each a named function.

A line is low or high. A contact is connected or disconnected: a terminal against the common
ground G; or unknown while its line is lost. Trigger Mode says which contact trips an input, Valid
Signal which contact an active output makes.
"""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """A line's electrical level."""

    LOW = "low"
    HIGH = "high"


class Contact(StrEnum):
    """State of a terminal against the common ground."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    UNKNOWN = "unknown"


class TriggerMode(StrEnum):
    """The contact that trips an input."""

    CONNECT = "connect"
    DISCONNECT = "disconnect"


class ValidSignal(StrEnum):
    """The contact of an active output."""

    CLOSE = "close"
    DISCONNECT = "disconnect"


def opposite(level: Level) -> Level:
    """Returns the other level."""
    return Level.LOW if level is Level.HIGH else Level.HIGH


def contact_of(level: Level | None, connected_level: Level) -> Contact:
    """Returns the contact that an input's level means by its wiring; `unknown` for None."""
    if level is None:
        return Contact.UNKNOWN
    return Contact.CONNECTED if level is connected_level else Contact.DISCONNECTED


def level_of(contact: Contact, connected_level: Level) -> Level:
    """Returns the level that makes a contact. Raises ValueError for an unknown contact."""
    if contact is Contact.UNKNOWN:
        message = "no level makes an unknown contact"
        raise ValueError(message)
    return connected_level if contact is Contact.CONNECTED else opposite(connected_level)


def is_tripped(contact: Contact, mode: TriggerMode) -> bool:
    """Returns whether a contact trips an input by its Trigger Mode; False for an unknown contact."""
    if contact is Contact.UNKNOWN:
        return False
    return (contact is Contact.CONNECTED) == (mode is TriggerMode.CONNECT)


def demanded_contact(*, active: bool, valid_signal: ValidSignal) -> Contact:
    """Returns the contact of an output, active or idle, by its Valid Signal; never unknown."""
    closed = active == (valid_signal is ValidSignal.CLOSE)
    return Contact.CONNECTED if closed else Contact.DISCONNECTED


def idle_level(*, valid_signal: ValidSignal, connected_level: Level) -> Level:
    """Returns the level of an output without demand."""
    return level_of(demanded_contact(active=False, valid_signal=valid_signal), connected_level)
