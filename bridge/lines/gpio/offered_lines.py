"""The free GPIO lines of this machine, to be chosen from on the page and at a terminal; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bridge.lines.gpio.line_lookup import SeenChip, SeenLine
from bridge.lines.gpio.listing import ListedChip

_ALARM_INPUT = re.compile(r"alarm[-_ ]?in(put)?[-_ ]?\d*|di[-_ ]?\d+", re.IGNORECASE)
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
