"""Finds the line that the settings mean, among the chips that were read; pure.

Chip numbers change with the order in which drivers load, labels and line names need not be unique.
So a line may be named in several ways, and a name that could mean two lines means none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bridge.core.definitions.settings import GpioLine, LineByName, LineByOffset
from bridge.errors import LineDenied, LineError, LineMissing
from bridge.lines.gpio.kernel import Home

DEVICES = "/dev"
"""Systems link chip names of old here: `gpiochip4` of a Raspberry Pi 5 is `gpiochip0` by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenChip:
    """A GPIO chip. One that may not be opened is `denied`, and its unread fields are empty."""

    path: str
    name: str
    label: str = ""
    lines: int = 0
    denied: bool = False

    def __str__(self) -> str:
        return f"{self.name} [no permission]" if self.denied else f"{self.name} [{self.label}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """A line of a chip, held by a program or free. `name` is empty when the board gives none."""

    offset: int
    name: str
    direction: str
    """The direction now: `input` or `output`."""
    bias: str
    """`pull_up`, `pull_down`, `disabled`, or `unknown`."""
    used: bool
    consumer: str
    """The name that the holder gave, a program or a driver of the kernel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """The line that the settings mean, and the mark by which its chip is known again."""

    chip: SeenChip
    offset: int
    home: Home


def find_line(
    terminal: str,
    line: GpioLine | None,
    *,
    home: Home | None,
    chips: Sequence[SeenChip],
    lines_of: Callable[[SeenChip], Sequence[SeenLine]],
) -> FoundLine:
    """Returns the line that the settings mean. `home` is the chip on which it was held before, or None.

    Raises:
        LineMissing: there is no such line now; the message lists the chips that there are.
        LineDenied: the line may be on a chip that we may not open.
        LineError: several lines match, or no line is set.
    """
    match line:
        case LineByOffset():
            chip = _one_chip(terminal, line.chip, home=home, chips=chips)
            if line.offset >= chip.lines:
                raise LineMissing(terminal, f"{chip} has lines 0 to {chip.lines - 1}, not {line.offset}")
            return FoundLine(chip=chip, offset=line.offset, home=_home(chip, chips))
        case LineByName():
            chip, offset = _one_name(terminal, line, chips=chips, lines_of=lines_of)
            return FoundLine(chip=chip, offset=offset, home=_home(chip, chips))
        case _:
            message = "has no line in the settings"
            raise LineError(terminal, message)


def _home(chip: SeenChip, chips: Sequence[SeenChip]) -> Home:
    """Returns the mark by which a chip is known again."""
    return Home(label=chip.label, alone=sum(other.label == chip.label for other in chips) == 1)


def meant_chips(name: str, chips: Sequence[SeenChip], *, devices: str = DEVICES) -> list[SeenChip]:
    """Returns the chips that a path, a name, a label or a glob of labels means, in that order of precedence.

    Perhaps none. A name is the chip's own, or that of a link to it in the folder `devices`.
    """
    if name.startswith("/"):
        return _at(name, chips)
    named = [chip for chip in chips if chip.name == name]
    linked = _at(f"{devices}/{name}", chips) if not named and "/" not in name else []
    return named or linked or [chip for chip in chips if not chip.denied and fnmatchcase(chip.label, name)]


def _at(path: str, chips: Sequence[SeenChip]) -> list[SeenChip]:
    """Returns the chip at a path or link, as a list of one; an empty list if there is none."""
    real = os.path.realpath(path)
    return [chip for chip in chips if real == os.path.realpath(chip.path)]


def _one_chip(terminal: str, name: str, *, home: Home | None, chips: Sequence[SeenChip]) -> SeenChip:
    """Returns the chip of the settings; a chip that came back under another number is known by its label.

    A number that another chip has got meanwhile is not believed: its line could drive anything. Raises LineMissing,
    LineDenied, or LineError if several chips match.
    """
    meant = meant_chips(name, chips)
    if home is not None and not any(chip.denied for chip in meant):
        meant = [chip for chip in meant if chip.label == home.label]
        if not meant and home.alone:
            meant = [chip for chip in chips if chip.label == home.label]
    if len(meant) > 1:
        message = f"{name!r} could be {_listed(meant)}: name one by its path"
        raise LineError(terminal, message)
    if not meant:
        raise _missing(terminal, f"there is no GPIO chip {name!r}", chips)
    if meant[0].denied:
        raise LineDenied(terminal, _denial(meant[0].path))
    return meant[0]


def _one_name(
    terminal: str, line: LineByName, *, chips: Sequence[SeenChip], lines_of: Callable[[SeenChip], Sequence[SeenLine]]
) -> tuple[SeenChip, int]:
    """Returns chip and offset of the line with a name.

    Raises LineMissing, LineDenied, or LineError if several match.
    """
    searched = chips if line.chip is None else meant_chips(line.chip, chips)
    meant = [
        (chip, seen.offset) for chip in searched if not chip.denied for seen in lines_of(chip) if seen.name == line.name
    ]
    if len(meant) > 1:
        places = ", ".join(f"{chip} line {offset}" for chip, offset in meant)
        message = f"there are {len(meant)} lines named {line.name!r}: {places}; give chip and offset"
        raise LineError(terminal, message)
    if not meant:
        place = "" if line.chip is None else f" on {line.chip!r}"
        raise _missing(terminal, f"there is no line named {line.name!r}{place}", chips)
    return meant[0]


def _missing(terminal: str, what: str, chips: Sequence[SeenChip]) -> LineError:
    """Returns `LineMissing`, or `LineDenied` if the line could be on a chip that may not be opened."""
    denied = [chip.path for chip in chips if chip.denied]
    if denied:
        return LineDenied(terminal, f"{what} among those that may be opened; {_denial(', '.join(denied))}")
    return LineMissing(terminal, f"{what}; there are {_listed(chips)}" if chips else f"{what}, nor any other")


def _denial(paths: str) -> str:
    """Returns the message that this process may not open some chips."""
    return f"no permission to open {paths} (its group, often gpio, may)"


def _listed(chips: Sequence[SeenChip]) -> str:
    """Returns the chips as one text."""
    return ", ".join(map(str, chips))
