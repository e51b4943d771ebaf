"""Checks of a command's fields. Each raises CommandRefused with the field as its path.

None means that the field is absent; a null is refused like any other wrong value.
"""

from __future__ import annotations

from collections.abc import Mapping

from bridge.errors import CommandRefused
from bridge.text.printable import short_repr

Fields = Mapping[str, object]


def only(fields: Fields, *known: str) -> None:
    """Raises CommandRefused for a field that is not known; `expires` is known to every command."""
    for key in fields:
        if key not in known and key != "expires":
            message = f"is not known; known are {', '.join(known)}, id and expires"
            raise CommandRefused(message, path=short_repr(key)[1:-1])


def one_of(fields: Fields, key: str, words: tuple[str, ...]) -> str | None:
    """Returns a word of `words`, or None if the field is absent."""
    if key not in fields:
        return None
    value = fields[key]
    if not isinstance(value, str) or value not in words:
        message = f"must be {' or '.join(words)}, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    return value


def number(fields: Fields, key: str, low: float, high: float) -> float | None:
    """Returns a number in a range, or None if absent; JSON's `true` is refused, though Python counts it as a number."""
    if key not in fields:
        return None
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        message = f"must be a number from {low} to {high}, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    return value


def whole(fields: Fields, key: str, low: int, high: int) -> int | None:
    """Returns a whole number in a range, written without a point, or None if absent."""
    value = number(fields, key, low, high)
    if isinstance(value, float):
        message = f"must be a whole number, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    return value


def not_both(fields: Fields, key: str, other: str) -> None:
    """Raises CommandRefused if both names of one value are present."""
    if key in fields and other in fields:
        message = f"says the same as {key}; give one of them"
        raise CommandRefused(message, path=other)
