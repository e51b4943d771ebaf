"""Places in the settings, and what is found wrong at them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

Loc = tuple[str | int, ...]
"""The keys and indexes that lead to a value; keys that are no text are named by their text."""

ABSENT: Final = object()
_TRUE = ("true", "yes", "on", "y", "t", "1", "1.0")
_FALSE = ("false", "no", "off", "n", "f", "0", "0.0")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something wrong, or doubtful, at a place; it becomes a `Fault` once its origin is known.

    `shown` is false where the value may be a secret, or is in the message already. `meant` is the
    place that a misspelt key was probably meant for. `because` are places whose absence is the
    cause: when one of them was only misspelt, this is not told as well.
    """

    loc: Loc
    message: str
    allowed: str | None = None
    shown: bool = True
    meant: Loc | None = None
    because: tuple[Loc, ...] = ()


def path_of(loc: Loc) -> str:
    """As people read it: `inputs[0].debounce_ms`, `schedules.nights["2026-12-24"][0]`."""
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
    """Without what could garble a terminal or not be encoded at all."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def step(container: object, part: str | int) -> Any:
    """What a mapping or a list holds under one part of a place; ABSENT for nothing."""
    if isinstance(container, Mapping):
        if part in container:
            return container[part]
        return next((value for key, value in container.items() if str(key) == str(part)), ABSENT)
    if isinstance(container, list | tuple) and isinstance(part, int) and 0 <= part < len(container):
        return container[part]
    return ABSENT


def value_at(document: object, loc: Loc) -> Any:
    """The value at a place; ABSENT for none."""
    value = document
    for part in loc:
        value = step(value, part)
        if value is ABSENT:
            return ABSENT
    return value


def means(value: object, *, on: bool) -> bool:
    """Whether the check reads a value as this truth value; `yes` and its like are texts in YAML 1.2."""
    return str(value).lower() in (_TRUE if on else _FALSE)


def once(findings: Iterable[Finding]) -> list[Finding]:
    """One finding a place, the first; none whose cause is a misspelt key that is told itself."""
    told: dict[Loc, Finding] = {}
    for finding in findings:
        told.setdefault(finding.loc, finding)
    meant = {finding.meant for finding in told.values() if finding.meant is not None}
    return [finding for finding in told.values() if not meant.intersection(finding.because)]
