"""Pydantic's errors in a person's words, with what is allowed at the place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bridge.core.schedule_text import ScheduleTextError
from bridge.settings.checks.allowed_values import Shape, nearest, shape_at
from bridge.settings.definitions import vocabulary
from bridge.settings.definitions.settings import ID_PATTERN
from bridge.settings.location import ABSENT, Finding, Loc, step, value_at

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_TAGS = {"(by offset)", "(by name)", "(keep)", "(stop)"}
"""How the models tell the forms of a union apart; no part of the file."""

PATTERNS = {
    ID_PATTERN: ("is no id", "1 to 32 of a-z, 0-9 and -"),
    r"^[^\x00-\x1f\x7f]+$": ("has a line break or control character", "one line of text"),
    r"^[a-z0-9-]+(/[a-z0-9-]+)*$": ("is no topic", "a-z, 0-9 and -, in parts joined by /"),
    r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$": ("is no topic", "letters, digits, _ and -, in parts joined by /"),
    r"^(https?://|rtsps?://|v4l2:/)": (
        "is no address of a picture",
        "http://, https://, rtsp://, rtsps:// or v4l2:/dev/…",
    ),
    r"^rtsps?://": ("is no address of a stream", "rtsp:// or rtsps://"),
    r"^[^/\x00-\x1f]+$": ("is no clip", "a file's name without its folder"),
    vocabulary.HOST_NAME: ("is no host name", "such as gate.example.org, without https:// and port"),
    vocabulary.MAIL_ADDRESS: ("is no mail address", "such as me@example.org"),
}
"""For every pattern of the models: what a text that does not match is not, and what it should be."""

_EMPTY = "is empty"
_FIXED: dict[str, tuple[str, str | None]] = {
    "line": ("is no line", "{chip: gpiochip0, offset: 17} or {name: ALARM_IN1}"),
    "broker_loss": ("is not understood", "keep, or {stop_after_s: 60}"),
    "string_too_short": (_EMPTY, None),
    "too_short": (_EMPTY, "at least one"),
}

_TYPES = (
    ("int_", "must be a whole number"),
    ("float_", "must be a number"),
    ("finite_number", "must be a number"),
    ("bool_", "must be true or false"),
    ("string_", "must be text"),
    ("path_", "must be a path"),
    ("tuple_type", "must be a list"),
    ("dict_type", "must be keys with values"),
    ("mapping_type", "must be keys with values"),
    ("model_", "must be keys with values"),
    ("dataclass_", "must be keys with values"),
)


def findings_of(error: ErrorDetails, document: object) -> Iterator[Finding]:
    """What one of pydantic's errors means for the document that it was given."""
    loc, on_key = _place(error["loc"], document)
    shape = shape_at(loc)
    context: dict[str, Any] = error.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, ScheduleTextError):
        for place, message in cause.faults:
            yield Finding(loc=(*loc, *place), message=message, shown=False)
    elif error["type"] in ("extra_forbidden", "invalid_key"):
        yield _unknown_key(loc, value_at(document, loc[:-1]))
    elif error["type"] == "missing":
        message = "is missing" if value_at(document, loc) is ABSENT else "is empty"
        allowed = "chip and offset, or name" if loc[-2:-1] == ("line",) else None
        yield Finding(loc=loc, message=message, allowed=allowed, shown=False, because=(loc,))
    elif error["type"] != "too_short" or not value_at(document, loc):  # else an item is wrong, which is told
        value = value_at(document, loc)
        message, allowed = _words(error, context, shape, value)
        # A text where keys or a list belong may be a whole section, with its password.
        telling = not on_key and message != _EMPTY and (not shape.is_container or not isinstance(value, str))
        yield Finding(loc=loc, message=message, allowed=allowed, shown=telling)


def _place(given: Loc, document: object) -> tuple[Loc, bool]:
    """The place in the document, and whether the key itself is meant."""
    loc: list[str | int] = []
    value = document
    for part in given:
        below = step(value, part)
        if part == "[key]" and below is ABSENT:
            return tuple(loc), True
        if part in _TAGS and below is ABSENT:
            continue
        loc.append(str(part) if isinstance(value, Mapping) else part)
        value = below
    return tuple(loc), False


def _unknown_key(loc: Loc, section: object) -> Finding:
    keys = shape_at(loc[:-1]).keys
    near = nearest(loc[-1], tuple(key for key in keys if step(section, key) is ABSENT))
    return Finding(
        loc=loc,
        message=f"is not a setting{_hint(near)}",
        allowed=_list(near, keys),
        shown=False,  # a password under a misspelt key is one still
        meant=(*loc[:-1], near) if near else None,
    )


def _words(error: ErrorDetails, context: dict[str, Any], shape: Shape, value: object) -> tuple[str, str | None]:
    """The message, and what is allowed."""
    kind = error["type"]
    if kind in _FIXED:
        return _FIXED[kind]
    if kind in ("refused", "value_error"):
        return str(context.get("message") or context["error"]), context.get("allowed")
    if kind in ("greater_than_equal", "less_than_equal"):
        return "is out of range", shape.range
    if kind in ("enum", "literal_error"):
        near = nearest(value, shape.words) if isinstance(value, str) else None
        return f"is not a choice{_hint(near)}", _list(near, shape.words)
    if kind == "string_pattern_mismatch":
        return PATTERNS[context["pattern"]]
    return _limits(kind, context, shape, value)


def _hint(near: str | None) -> str:
    return f"; did you mean {near}?" if near else ""


def _list(near: str | None, known: tuple[str, ...]) -> str:
    """All that is known, the nearest first."""
    return ", ".join(sorted(known, key=lambda word: word != near))


def _limits(kind: str, context: dict[str, Any], shape: Shape, value: object) -> tuple[str, str | None]:
    """A wrong type or length."""
    if kind == "string_too_long":
        return "is too long", f"at most {context['max_length']} characters"
    if kind == "string_type" and isinstance(value, bool | int | float):
        return "must be text: put it in quotes", None
    message = next((words for start, words in _TYPES if kind.startswith(start)), "is not understood")
    return message, shape.range or ", ".join(shape.words or shape.keys) or None
