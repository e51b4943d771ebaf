"""Pydantic's errors in a person's words, with what is allowed at the place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from bridge.core.definitions.field_types import Matches, OneOf, Refused
from bridge.core.schedule_text import ScheduleTextError
from bridge.settings.checks.allowed_values import Shape, nearest, shape_at
from bridge.settings.location import ABSENT, Finding, Loc, step, value_at

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_EMPTY = "is empty"
_FIXED: dict[str, tuple[str, str | None]] = {
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
    ("dataclass_", "must be keys with values"),
)


def findings_of(error: ErrorDetails, document: object) -> Iterator[Finding]:
    """Yields the findings that one of pydantic's errors means for a document; none for a list whose items are wrong.

    The items have errors of their own.
    """
    loc, on_key = _place(error["loc"], document)
    shape = shape_at(loc[:-1], document).of_a_key if on_key else shape_at(loc, document)
    context: dict[str, Any] = error.get("ctx", {})
    cause = context.get("error")
    if isinstance(cause, ScheduleTextError):
        for place, message in cause.faults:
            yield Finding(loc=(*loc, *place), message=message, shown=False)
    elif error["type"] == "one_of":
        yield _no_member(loc, shape, value_at(document, loc))
    elif error["type"] in ("unexpected_keyword_argument", "invalid_key"):
        yield _unknown_key(loc, document)
    elif error["type"] == "missing":
        message = "is missing" if value_at(document, loc) is ABSENT else "is empty"
        of_a_line = loc[-2:-1] == ("line",) and loc[-1] in ("chip", "offset", "name")
        allowed = "chip and offset, or name" if of_a_line else None
        yield Finding(loc=loc, message=message, allowed=allowed, shown=False, because=(loc,))
    elif error["type"] != "too_short" or not value_at(document, loc):  # else an item is wrong, which is told
        value = value_at(document, loc)
        message, allowed = _words(error, context, shape, value)
        telling = not on_key and message != _EMPTY and _may_be_told(shape, value)
        yield Finding(loc=loc, message=message, allowed=allowed, shown=telling)


def _may_be_told(shape: Shape, value: object) -> bool:
    """Returns whether a message may show the value; not a text in place of a section, which may hold a password."""
    return not shape.is_container or not isinstance(value, str)


def _place(given: Loc, document: object) -> tuple[Loc, bool]:
    """Returns pydantic's location as a place in the document, and whether the key there is meant, not its value."""
    loc: list[str | int] = []
    value = document
    for part in given:
        below = step(value, part)
        if part == "[key]" and below is ABSENT:
            return tuple(loc), True
        if str(part).startswith("(") and below is ABSENT:  # the member of a union, as `validator` names it
            continue
        loc.append(str(part) if isinstance(value, Mapping) else part)
        value = below
    return tuple(loc), False


def _unknown_key(loc: Loc, document: object) -> Finding:
    """Returns the finding for a key that no definition knows, with the key that was probably meant."""
    section = value_at(document, loc[:-1])
    keys = shape_at(loc[:-1], document).meant_by(section).keys
    near = nearest(loc[-1], tuple(key for key in keys if step(section, key) is ABSENT))
    return Finding(
        loc=loc,
        message=f"is not a setting{_hint(near)}",
        allowed=_list(near, keys),
        shown=False,  # a password under a misspelt key is one still
        meant=(*loc[:-1], near) if near else None,
    )


def _no_member(loc: Loc, shape: Shape, value: object) -> Finding:
    """Returns the finding for a value that is no member of a union, at the key that the union's chooser blames."""
    one_of = next(one for one in shape.marks if isinstance(one, OneOf))
    try:
        one_of.choose(value)
    except Refused as refused:
        own = loc if refused.key is None else (*loc, refused.key)
        return Finding(loc=own, message=refused.message, allowed=refused.allowed)
    telling = _may_be_told(shape, value)
    return Finding(loc=loc, message=one_of.message, allowed=one_of.allowed, shown=telling)


def _words(error: ErrorDetails, context: dict[str, Any], shape: Shape, value: object) -> tuple[str, str | None]:
    """Returns the message for an error of pydantic's, and what is allowed; None if that is not known."""
    kind = error["type"]
    if kind in _FIXED:
        return _FIXED[kind]
    if kind == "value_error":
        return str(context["error"]), getattr(context["error"], "allowed", None)
    if kind in ("greater_than_equal", "less_than_equal"):
        return "is out of range", shape.range
    if kind in ("enum", "literal_error"):
        near = nearest(value, shape.words) if isinstance(value, str) else None
        return f"is not a choice{_hint(near)}", _list(near, shape.words)
    if kind == "string_pattern_mismatch":
        matches = next(one for one in shape.marks if isinstance(one, Matches))
        return matches.message, matches.allowed
    return _limits(kind, context, shape, value)


def _hint(near: str | None) -> str:
    return f"; did you mean {near}?" if near else ""


def _list(near: str | None, known: tuple[str, ...]) -> str:
    """Returns the known words as one text, the nearest first."""
    return ", ".join(sorted(known, key=lambda word: word != near))


def _limits(kind: str, context: dict[str, Any], shape: Shape, value: object) -> tuple[str, str | None]:
    """Returns message and what is allowed for a wrong type or length; None if that is not known."""
    if kind == "string_too_long":
        return "is too long", f"at most {context['max_length']} characters"
    if kind == "string_type" and isinstance(value, bool | int | float):
        return "must be text: put it in quotes", None
    message = next((words for start, words in _TYPES if kind.startswith(start)), "is not understood")
    return message, shape.range or ", ".join(shape.words or shape.keys) or None
