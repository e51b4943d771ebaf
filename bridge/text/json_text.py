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
    """Returns compact JSON in UTF-8; text that is no Unicode (a file name of another system) becomes `?`."""
    return _ENCODE(value).encode("utf-8", "replace")


@overload
def instant(when: datetime) -> str: ...
@overload
def instant(when: datetime | None) -> str | None: ...
def instant(when: datetime | None) -> str | None:
    """Returns an instant in ISO 8601 with milliseconds and its offset; None for None."""
    return None if when is None else when.isoformat(timespec="milliseconds")


def read_instant(written: object) -> datetime | None:
    """Returns an instant from ISO 8601, or None for everything else.

    A time without its offset is no instant, nor is one that some time zone cannot express.
    """
    try:
        when = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return when if when is not None and when.tzinfo is not None and _FIRST <= when <= _LAST else None


def text_of(payload: bytes) -> str:
    """A payload as text. Raises CommandRefused when it is too large or not UTF-8."""
    if len(payload) > LARGEST_PAYLOAD:
        message = f"is larger than {LARGEST_PAYLOAD} bytes"
        raise CommandRefused(message)
    try:
        return payload.decode()
    except UnicodeDecodeError:
        message = "is not UTF-8"
        raise CommandRefused(message) from None


def object_of(text: str) -> dict[str, object]:
    """A JSON object. Raises CommandRefused for everything else that JSON, or Python's, allows."""
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
    message = f"{name} is no number"
    raise CommandRefused(message)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        message = "holds a number that is too large"
        raise CommandRefused(message)
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            message = "stands there twice"
            raise CommandRefused(message, path=short_repr(key)[1:-1])
        found[key] = value
    return found
