"""Redaction of values in faults: enough to find the value, and never a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bridge.settings.location import Loc, printable

_LONGEST = 60
_LARGEST = 10**30
_NEVER_SHOWN = {"password", "token", "snapshot", "stream", "url", "headers", "body"}
"""Keys whose value is always redacted; cameras take passwords in any part of an address or a request."""
_FILES = (("password_file",), ("token_file",))
_BEFORE_AT = re.compile(r"^([a-z0-9+]+://)?.*:.*@", re.DOTALL | re.IGNORECASE)


def shown_value(loc: Loc, value: object) -> str | None:
    """Returns a short text for a value at a location, or None if it must be redacted."""
    hidden = _NEVER_SHOWN.intersection(loc) or (loc[-1:] in _FILES and not looks_like_a_path(value))
    return None if hidden else _text(value)


def _text(value: object) -> str:
    if value is None or value in ({}, [], ()):
        return "empty"
    if isinstance(value, Mapping):
        return "keys with values"
    if isinstance(value, list | tuple | set | frozenset):
        return "a list"
    if isinstance(value, int | float):
        return "a huge number" if abs(value) > _LARGEST else _short(str(value).lower())
    return f'"{_short(printable(_BEFORE_AT.sub(_masked, str(value))))}"'


def looks_like_a_path(value: object) -> bool:
    """Returns whether a value is safe to show as a file's name; a name without a folder may be the password itself."""
    return str(value).startswith(("/", "./", "../"))


def _masked(match: re.Match[str]) -> str:
    return f"{match[1] or ''}***@"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
