"""The challenges of a `WWW-Authenticate` header (RFC 9110 11.6.1), several in one line or one a line (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LONGEST_TEXT = 8192
"""Limit in characters of all challenges of an answer."""

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - a grammar
_WORD = re.compile(rf"[\s,]*({_TOKEN})")
_VALUE = re.compile(
    # Quoted, an unfinished quote up to the end; or bare, with spaces (`realm=IP Camera`) up to the next parameter.
    rf'\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|\\?$)|([^",]*?)(?=\s*(?:,|$)|\s{_TOKEN}\s*=))'
)
_TOKEN68 = re.compile(r"\s+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One way to log in: its scheme and the names of its parameters in lower case."""

    scheme: str
    parameters: Mapping[str, str]

    def get(self, name: str) -> str:
        """Returns a parameter by its name in lower case; an empty text if there is none."""
        return self.parameters.get(name, "")


def challenges(values: Iterable[str]) -> tuple[Challenge, ...]:
    """Returns all challenges of the values of a WWW-Authenticate header, in their order.

    Unreadable parts, and text beyond `LONGEST_TEXT`, are left out.
    """
    found: list[Challenge] = []
    room = LONGEST_TEXT
    for value in values:
        # Single spaces keep the search linear, whatever the camera sends.
        text = " ".join(value[:room].split())
        room -= len(text)
        found += _challenges_of(text)
    return tuple(found)


def _challenges_of(text: str) -> list[Challenge]:
    """Returns the challenges of a `WWW-Authenticate` text, in order; parts that make no sense end the reading."""
    found: list[tuple[str, dict[str, str]]] = []
    at = 0
    while (word := _WORD.match(text, at)) is not None:
        at = word.end()
        value = _VALUE.match(text, at)
        if value is None:
            found.append((word[1].lower(), {}))
            opaque = _TOKEN68.match(text, at)
            at = at if opaque is None or _WORD.fullmatch(opaque[0].strip()) else opaque.end()
            continue
        at = value.end()
        if found:
            quoted, bare = value.groups()
            content = _ESCAPED.sub(r"\1", quoted) if quoted is not None else bare.strip()
            found[-1][1].setdefault(word[1].lower(), content)
    return [Challenge(scheme=scheme, parameters=parameters) for scheme, parameters in found]
