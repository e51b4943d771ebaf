"""The free GPIO lines to choose from, and the ways to name one in an answer (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.lines.gpio.line_lookup import SeenChip, SeenLine
from bridge.lines.gpio.listing import ListedChip

_ALARM_INPUT = re.compile(r"alarm[-_ ]?in(put)?[-_ ]?\d*|di[-_ ]?\d+", re.IGNORECASE)
_COLUMNS = 78
_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedLine:
    """A free line. `written` is the line in the settings file: its name if that is unique, else chip and offset."""

    chip: str
    offset: int
    name: str
    written: dict[str, Any]

    @property
    def label(self) -> str:
        """The line's name in questions: its own name, else `chip:offset`."""
        return self.name or f"{self.chip}:{self.offset}"

    def __str__(self) -> str:
        return f"{self.offset} {self.name}".rstrip()


def offered_lines(chips: Sequence[ListedChip]) -> list[OfferedLine]:
    """Returns all lines that nothing uses, by chip and offset."""
    names = [line.name for listed in chips for line in listed.lines]
    seen_chips = [listed.chip for listed in chips]
    return [
        OfferedLine(
            chip=listed.chip.name,
            offset=line.offset,
            name=line.name if line.name.isprintable() else "",
            written=_written(listed.chip, line, names, seen_chips),
        )
        for listed in chips
        for line in listed.lines
        if not line.used
    ]


def likely_inputs(lines: Sequence[OfferedLine]) -> list[OfferedLine]:
    """Returns the lines whose names say that they are alarm inputs.

    Outputs are never guessed, since they drive something.
    """
    return [line for line in lines if _ALARM_INPUT.fullmatch(line.name)]


def chosen_lines(words: Sequence[str], lines: Sequence[OfferedLine]) -> list[OfferedLine]:
    """Returns the lines that `words` name, in their order.

    A line is named by its name, by `chip:offset`, or by its offset alone if there is one chip.

    Raises:
        ValueError: a word matches no line or several, or a line is named twice; the message names the word.
    """
    chosen: list[OfferedLine] = []
    alone = len({line.chip for line in lines}) == 1
    for word in words:
        found = [line for line in lines if word.casefold() == line.name.casefold()] or [
            line for line in lines if word in (f"{line.chip}:{line.offset}", *((str(line.offset),) if alone else ()))
        ]
        if len(found) != 1:
            known = "is no line that is free" if not found else "is the name of several lines"
            message = f"{word} {known}; a line is named by its name" + (
                " or number" if alone else f", or as {lines[0].chip}:{lines[0].offset}"
            )
            raise ValueError(message)
        if found[0] in chosen:
            message = f"{word} is there twice"
            raise ValueError(message)
        chosen += found
    return chosen


def listed(lines: Sequence[OfferedLine]) -> Iterator[str]:
    """Yields text rows of 78 columns: the lines side by side, below a heading for each chip."""
    for chip in dict.fromkeys(line.chip for line in lines):
        texts = [str(line) for line in lines if line.chip == chip]
        width = max(map(len, texts)) + 3
        each = max((_COLUMNS - 4) // width, 1)
        yield f"  {chip}:"
        for begin in range(0, len(texts), each):
            yield "    " + "".join(f"{text:<{width}}" for text in texts[begin : begin + each]).rstrip()


def _written(chip: SeenChip, line: SeenLine, names: Sequence[str], chips: Sequence[SeenChip]) -> dict[str, Any]:
    """Returns the line's reference for the settings file: its name if that is unique, else chip and offset.

    Numbers of chips change between boots and kernels; names and labels stay.
    """
    if line.name and line.name.isprintable() and names.count(line.name) == 1:
        return {"name": line.name}
    labels = [other.label for other in chips]
    known = {other.name for other in chips}
    by_label = chip.label and labels.count(chip.label) == 1 and not _GLOB.search(chip.label) and chip.label not in known
    return {"chip": chip.label if by_label else chip.name, "offset": line.offset}
