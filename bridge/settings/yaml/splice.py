"""Places in a text, and texts put in their stead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_BLANKS_BEFORE_COMMENT = re.compile(r"([ ]+)#")
_COMMA = re.compile(r"(?:\s|#[^\n]*)*,[ \t]*")


@dataclass(frozen=True, slots=True)
class Splice:
    """The characters from `start` to `end` are replaced."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """The text with all of them; of two that overlap only with the first."""
    parts: list[str] = []
    at = 0
    for one in sorted(splices, key=lambda one: (one.start, one.end)):
        if one.start < at:
            continue
        parts += [text[at : one.start], one.text]
        at = one.end
    return "".join([*parts, text[at:]])


class Layout:
    """Lines, columns and comments of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def line_start(self, at: int) -> int:
        """Where the line of a place begins."""
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Where it ends, before its line break."""
        end = self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > at and self.text[end - 1] == "\r" else end

    def next_line(self, at: int) -> int:
        """Where the line after it begins."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    def column(self, at: int) -> int:
        """How many characters stand before it on its line."""
        return at - self.line_start(at)

    def indent(self, at: int) -> int:
        """How many blanks its line begins with, the dash of an item counted as one."""
        start = self.line_start(at)
        line = self.text[start : self.line_end(at)]
        return len(line) - len(line.lstrip(" -"))

    def is_first_on_line(self, at: int) -> bool:
        """Whether only blanks stand before it."""
        return not self.text[self.line_start(at) : at].strip()

    def behind_comma(self, start: int, end: int) -> int | None:
        """Behind the comma, and the blanks after it, that is next from `start`; None: there is none."""
        found = _COMMA.match(self.text, start, end)
        return found.end() if found else None

    def in_place(self, start: int, end: int, text: str) -> Splice:
        """A value replaced so that a comment behind it keeps its column, as far as there is room."""
        blanks = _BLANKS_BEFORE_COMMENT.match(self.text, end)
        if blanks is None:
            return Splice(start, end, text)
        room = len(blanks[1]) + (end - start) - len(text)
        return Splice(start, blanks.end(1), text + " " * max(room, 1))
