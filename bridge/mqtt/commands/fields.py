"""Checks of a command's fields. Each raises CommandRefused with the field as its path.

None means that the field is absent; a null is refused like any other wrong value.

Words and numbers are taken as programs write them: words in any case and with white space around them,
numbers in any notation of JSON. A text such as `"5000"` is no number.
"""

from __future__ import annotations

from collections.abc import Mapping

from bridge.core.numbers import whole_number
from bridge.errors import CommandRefused
from bridge.text.printable import short_repr

Fields = Mapping[str, object]
DECORATION = " \t\r\n\v\f\0\ufeff"
"""Characters that shells, C programs and editors leave around what they send."""


def word_of(text: str, words: tuple[str, ...]) -> str | None:
    """Returns the word of `words` that a text is, whatever its case and the decoration around it.

    None if it is none.
    """
    written = text.strip(DECORATION).upper()
    return next((word for word in words if word.upper() == written), None)


def is_off(value: object) -> bool:
    """Returns whether a value is OFF, in any case, decoration or quotes: a stop that is refused leaves a siren on."""
    return isinstance(value, str) and value.strip(f"{DECORATION}\"'").upper() == "OFF"


def only(fields: Fields, *known: str) -> None:
    """Raises CommandRefused if there is a field that is not `known`; `expires` is known to every command."""
    for key in fields:
        if key not in known and key != "expires":
            message = f"is not known; known are {', '.join(known)}, id and expires"
            raise CommandRefused(message, path=short_repr(key)[1:-1])


def one_of(fields: Fields, key: str, words: tuple[str, ...]) -> str | None:
    """Returns the word of `words` in a field, or None if the field is absent.

    Raises CommandRefused for any other value.
    """
    if key not in fields:
        return None
    value = fields[key]
    word = word_of(value, words) if isinstance(value, str) else None
    if word is None:
        message = f"must be {' or '.join(words)}, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    return word


def number(fields: Fields, key: str, low: float, high: float) -> float | None:
    """Returns the number in a field, or None if the field is absent.

    Raises CommandRefused unless it is from `low` to `high`; JSON's `true` is refused, though Python counts it as a
    number.
    """
    if key not in fields:
        return None
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        message = f"must be a number from {low} to {high}, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    return value


def whole(fields: Fields, key: str, low: int, high: int) -> int | None:
    """Returns the whole number in a field, or None if the field is absent.

    Raises CommandRefused unless it is whole and from `low` to `high`.
    """
    value = number(fields, key, low, high)
    whole_value = whole_number(value)
    if value is not None and whole_value is None:
        message = f"must be a whole number, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    return whole_value


def not_both(fields: Fields, key: str, other: str) -> None:
    """Raises CommandRefused if two fields that name the same value are both present."""
    if key in fields and other in fields:
        message = f"says the same as {key}; give one of them"
        raise CommandRefused(message, path=other)
