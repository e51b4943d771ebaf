"""Checks of a command's fields. Each raises CommandRefused whose path is the field.

None means that the field is absent; one that is there and null is refused like any other wrong value.
"""

from __future__ import annotations

from collections.abc import Mapping

from bridge.errors import CommandRefused
from bridge.text.printable import short_repr

Fields = Mapping[str, object]


def only(fields: Fields, *known: str) -> None:
    """No field but these; `expires` belongs to every command."""
    for key in fields:
        if key not in known and key != "expires":
            message = f"is not known; known are {', '.join(known)}, id and expires"
            raise CommandRefused(message, path=short_repr(key)[1:-1])


def one_of(fields: Fields, key: str, words: tuple[str, ...]) -> str | None:
    """One of some words."""
    if key not in fields:
        return None
    value = fields[key]
    if not isinstance(value, str) or value not in words:
        message = f"must be {' or '.join(words)}, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    return value


def number(fields: Fields, key: str, low: float, high: float) -> float | None:
    """A number in a range; JSON's `true` is none, though Python counts it as one."""
    if key not in fields:
        return None
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        message = f"must be a number from {low} to {high}, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    return value


def whole(fields: Fields, key: str, low: int, high: int) -> int | None:
    """A whole number in a range, written without a point."""
    value = number(fields, key, low, high)
    if isinstance(value, float):
        message = f"must be a whole number, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    return value


def not_both(fields: Fields, key: str, other: str) -> None:
    """Two names of one thing: whoever gives both may mean either."""
    if key in fields and other in fields:
        message = f"says the same as {key}; give one of them"
        raise CommandRefused(message, path=other)
