"""Matching of messages with the values that a line's settings name (`behaviour.md` 10); pure."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from bridge.core.contact import Contact
from bridge.core.definitions.mqtt_lines import Limits
from bridge.errors import MessageMalformed

if TYPE_CHECKING:
    from bridge.core.definitions.mqtt_lines import JsonPath, Match

LARGEST_BYTES: Final = 256 * 1024
DEEPEST: Final = 100
NOT_THERE: Final = object()
"""Stands for a value whose path is not in the message: a partial one, which changes nothing."""


def value_in(payload: bytes, path: JsonPath | None) -> Any:
    """Returns the value that a payload has at a path, or its text without one.

    Returns `NOT_THERE` if the path leads nowhere.

    Raises:
        MessageMalformed: larger than `LARGEST_BYTES`, not UTF-8, or not JSON though there is a path.
    """
    if len(payload) > LARGEST_BYTES:
        message = f"is larger than {LARGEST_BYTES // 1024} KiB"
        raise MessageMalformed(message)
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        message = "is not UTF-8"
        raise MessageMalformed(message) from None
    if path is None:
        return text.strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        message = "is not JSON"
        raise MessageMalformed(message) from None
    for step in _steps(path):
        value = _below(value, step)
    return value


def contact_in(value: Any, connected: Match, disconnected: Match | None) -> Contact:
    """Returns the contact that a value means.

    Without `disconnected` every value that is not `connected` is DISCONNECTED. UNKNOWN for null, for an empty text, and
    for a value that is neither where both are named.
    """
    if value is None or value == "":
        return Contact.UNKNOWN
    if matches(value, connected):
        return Contact.CONNECTED
    if disconnected is None or matches(value, disconnected):
        return Contact.DISCONNECTED
    return Contact.UNKNOWN


def matches(value: Any, wanted: Match) -> bool:
    """Returns whether a value is one of those wanted: numbers count by value, text exactly, `true` and true alike."""
    if isinstance(wanted, Limits):
        return _within(value, wanted)
    words = wanted if isinstance(wanted, tuple) else (wanted,)
    return any(_same(value, word) for word in words)


def _same(value: Any, word: str | float | bool) -> bool:  # noqa: FBT001 - a word of a message
    if isinstance(word, bool) or isinstance(value, bool):
        return bool(_text(value) == _text(word))
    number, other = _number(value), _number(word)
    if number is not None and other is not None:
        return number == other
    return isinstance(value, str) and value == word


def _within(value: Any, limits: Limits) -> bool:
    """Returns whether a value is a number within the limits."""
    number = _number(value)
    if number is None:
        return False
    return (
        (limits.at_least is None or number >= limits.at_least)
        and (limits.at_most is None or number <= limits.at_most)
        and (limits.above is None or number > limits.above)
        and (limits.below is None or number < limits.below)
    )


def _text(value: Any) -> Any:
    """Returns `true` and `false` as text, everything else as it is."""
    return str(value).lower() if isinstance(value, bool) else value


def _number(value: Any) -> float | None:
    """Returns the number that a value is, or is the text of; None for any other."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _steps(path: JsonPath) -> Sequence[str | int]:
    return path.split(".") if isinstance(path, str) else path


def _below(value: Any, step: str | int) -> Any:
    """Returns the member of a value at one step, or `NOT_THERE`."""
    if isinstance(value, Mapping):
        return value.get(str(step), NOT_THERE)
    if isinstance(value, list):
        try:
            return value[int(step)]
        except (ValueError, IndexError):
            return NOT_THERE
    return NOT_THERE
