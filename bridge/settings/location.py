"""Locations in the settings, and findings at them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Loc = tuple[str | int, ...]
"""The keys and indexes that lead to a value; a key that is no text is named by its text."""

ABSENT: Final = object()
DEEPEST = 20
"""Limit of the keys and indexes that lead to a value."""
_TRUE = ("true", "yes", "on", "y", "t", "1", "1.0")
_FALSE = ("false", "no", "off", "n", "f", "0", "0.0")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault or a doubt at a location; it becomes a `Fault` once its file and line are known.

    `shown` is False if the value may be a secret, or is in the message already.
    `meant` is the location that a misspelt key was probably meant for.
    `because` are locations whose absence is the cause: if one of them was only misspelt, this finding is dropped.
    """

    loc: Loc
    message: str
    allowed: str | None = None
    shown: bool = True
    meant: Loc | None = None
    because: tuple[Loc, ...] = ()


def path_of(loc: Loc) -> str:
    """Returns the location as people read it: `inputs[0].debounce_ms`, `schedules.nights["2026-12-24"][0]`."""
    path = ""
    for part in loc:
        if isinstance(part, int):
            path += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            path += f".{part}" if path else part
        else:
            path += f'["{printable(part)}"]'
    return path


def printable(text: str) -> str:
    """Returns the text with everything escaped that could garble a terminal or cannot be encoded."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def step(container: object, part: str | int) -> Any:
    """Returns the value under one part of a location in a mapping or list, or ABSENT."""
    if isinstance(container, Mapping):
        if part in container:
            return container[part]
        return next((value for key, value in container.items() if str(key) == str(part)), ABSENT)
    if isinstance(container, list | tuple) and isinstance(part, int) and 0 <= part < len(container):
        return container[part]
    return ABSENT


def value_at(document: object, loc: Loc) -> Any:
    """Returns the value at a location, or ABSENT."""
    value = document
    for part in loc:
        value = step(value, part)
        if value is ABSENT:
            return ABSENT
    return value


def means(value: object, *, on: bool) -> bool:
    """Returns whether the definitions read the value as this truth value; `yes` and the like are texts in YAML 1.2."""
    return str(value).lower() in (_TRUE if on else _FALSE)


def once(findings: Iterable[Finding]) -> list[Finding]:
    """Returns the first finding of each location, without those caused by a misspelt key that has its own finding."""
    first: dict[Loc, Finding] = {}
    for finding in findings:
        first.setdefault(finding.loc, finding)
    meant = {finding.meant for finding in first.values() if finding.meant is not None}
    return [finding for finding in first.values() if not meant.intersection(finding.because)]
