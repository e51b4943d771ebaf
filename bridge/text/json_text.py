"""JSON between programs: strict objects in, compact JSON out, and instants as text.

Strict is one object, finite numbers, no key twice: a command that is half understood must not be obeyed.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta
from typing import overload

from bridge.errors import CommandRefused
from bridge.text.printable import short_repr

LARGEST_PAYLOAD = 64 * 1024
"""Bytes; `mqtt.md` 2."""

_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_A_DAY = timedelta(days=1)
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC) + _A_DAY, datetime.max.replace(tzinfo=UTC) - _A_DAY


def as_json(value: object) -> bytes:
    """Returns compact JSON in UTF-8. A lone surrogate (in a file name of another system) becomes `?`.

    Raises ValueError for a number that is not finite, and TypeError for a value without a form in JSON.
    """
    return _ENCODE(value).encode("utf-8", "replace")


@overload
def instant(when: datetime) -> str: ...
@overload
def instant(when: datetime | None) -> str | None: ...
def instant(when: datetime | None) -> str | None:
    """Returns an instant in ISO 8601 with milliseconds and its offset; None for None."""
    return None if when is None else when.isoformat(timespec="milliseconds")


def read_instant(written: object) -> datetime | None:
    """Returns the instant that a text in ISO 8601 names, or None for any other text or value.

    A time without offset gives None, and so does a time within a day of the years 1 and 9999: some zone cannot express
    it.
    """
    try:
        when = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return when if when is not None and when.tzinfo is not None and _FIRST <= when <= _LAST else None


def text_of(payload: bytes) -> str:
    """Returns a payload as text.

    Raises CommandRefused if the payload is larger than `LARGEST_PAYLOAD` or is not UTF-8.
    """
    if len(payload) > LARGEST_PAYLOAD:
        message = f"is larger than {LARGEST_PAYLOAD} bytes"
        raise CommandRefused(message)
    try:
        return payload.decode()
    except UnicodeDecodeError:
        message = "is not UTF-8"
        raise CommandRefused(message) from None


def object_of(text: str) -> dict[str, object]:
    """Parses a JSON object and returns it as a dict.

    Raises CommandRefused if `text` is no JSON or no object, repeats a key, is nested too deeply, or has a number that
    is not finite (`NaN`, `1e999`) or too long.
    """
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_unique)
    except RecursionError:
        message = "is nested too deeply"
        raise CommandRefused(message) from None
    except ValueError as error:
        # Beside JSON's own errors: whole numbers of more digits than Python converts.
        message = "is not JSON" if isinstance(error, json.JSONDecodeError) else "holds a number that is too long"
        raise CommandRefused(message) from None
    if not isinstance(value, dict):
        message = "must be a JSON object"
        raise CommandRefused(message)
    return value


def _no_constant(name: str) -> float:
    """Raises CommandRefused: `NaN` and `Infinity` are no JSON."""
    message = f"{name} is no number"
    raise CommandRefused(message)


def _finite(text: str) -> float:
    """Returns the number that `text` spells. Raises CommandRefused if it overflows to infinity."""
    value = float(text)
    if not math.isfinite(value):
        message = "holds a number that is too large"
        raise CommandRefused(message)
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Returns the pairs of one JSON object as a dict. Raises CommandRefused for a key that occurs twice."""
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            message = "stands there twice"
            raise CommandRefused(message, path=short_repr(key)[1:-1])
        found[key] = value
    return found
