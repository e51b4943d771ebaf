"""Replacements of spans of a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_BLANKS_BEFORE_COMMENT = re.compile(r"([ ]+)#")
_COMMA = re.compile(r"(?:\s|#[^\n]*)*,[ \t]*")


@dataclass(frozen=True, slots=True)
class Splice:
    """A replacement of the characters from `start` to `end`."""

    start: int
    end: int
    text: str


def spliced(text: str, splices: Iterable[Splice]) -> str:
    """Returns the text with all replacements; of two that overlap only the first counts."""
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
        """Returns the offset of the begin of the line around `at`."""
        return self.text.rfind("\n", 0, at) + 1

    def line_end(self, at: int) -> int:
        """Returns the offset of the end of the line around `at`, before its line break."""
        end = self.text.find("\n", at)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > at and self.text[end - 1] == "\r" else end

    def next_line(self, at: int) -> int:
        """Returns the offset of the next line, or the text's end on the last one."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    def column(self, at: int) -> int:
        """Returns the number of characters before `at` on its line."""
        return at - self.line_start(at)

    def indent(self, at: int) -> int:
        """Returns the number of blanks at the begin of the line around `at`; an item's dash counts as one."""
        start = self.line_start(at)
        line = self.text[start : self.line_end(at)]
        return len(line) - len(line.lstrip(" -"))

    def is_first_on_line(self, at: int) -> bool:
        """Returns whether only blanks are before `at` on its line."""
        return not self.text[self.line_start(at) : at].strip()

    def behind_comma(self, start: int, end: int) -> int | None:
        """Returns the offset behind the next comma and its blanks, or None if there is none."""
        found = _COMMA.match(self.text, start, end)
        return found.end() if found else None

    def in_place(self, start: int, end: int, text: str) -> Splice:
        """Returns a replacement that keeps the column of a comment behind the span, as far as there is room."""
        blanks = _BLANKS_BEFORE_COMMENT.match(self.text, end)
        if blanks is None:
            return Splice(start, end, text)
        room = len(blanks[1]) + (end - start) - len(text)
        return Splice(start, blanks.end(1), text + " " * max(room, 1))
