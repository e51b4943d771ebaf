"""Lines of inputs and outputs: every terminal needs one of its own when real ones are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridge.core.definitions.lines import GPIO
from bridge.core.numbers import whole_number
from bridge.settings.location import Finding, Loc

Items = Sequence[tuple[int, Mapping[str, object]]]


def wiring_findings(lines: Mapping[str, object], terminals: Mapping[str, Items]) -> Iterator[Finding]:
    """Yields a finding for each terminal without a GPIO line, and for each whose line another one has already.

    None with a driver other than `gpiod`, and none for a terminal whose line is of another kind.
    """
    if (lines.get("driver") or "gpiod") != "gpiod":
        return
    taken: list[tuple[_Line, str]] = []
    for kind, items in terminals.items():
        for index, item in items:
            loc: Loc = (kind, index, "line")
            written = item.get("line")
            if isinstance(written, Mapping) and written.get("kind") not in (None, "", GPIO):
                continue  # another kind: two terminals may share a source
            if written in (None, ""):
                yield Finding(
                    loc=loc,
                    message="is missing",
                    allowed="{chip: gpiochip0, offset: 17} or {name: ALARM_IN1}; driver simulated needs none",
                    shown=False,
                    because=(loc,),
                )
                continue
            line = _line(written)
            if line is None:
                continue
            other = next((terminal for known, terminal in taken if _same(known, line)), None)
            if other is not None:
                yield Finding(loc=loc, message=f"is the line of {other} as well", allowed="a line of its own")
            taken.append((line, f"{kind}[{index}]"))


_Line = tuple[str | None, int | None, str | None]
"""Chip, offset and name, as far as they are given."""


def _line(written: object) -> _Line | None:
    """Returns chip, offset and name as far as they are written, or None if they name no line."""
    if not isinstance(written, Mapping):
        return None
    chip, name, offset = written.get("chip"), written.get("name"), whole_number(written.get("offset"))
    chip = chip.removeprefix("/dev/") if isinstance(chip, str) and chip else None
    if offset is not None and chip is not None:
        return chip, offset, None
    return (chip, None, name) if isinstance(name, str) else None


def _same(one: _Line, other: _Line) -> bool:
    """Returns whether two are certainly one line.

    False for a chip's label and its device name, which may be one chip.
    """
    if one[1:] != other[1:]:
        return False
    return one[0] == other[0] or (one[1] is None and None in (one[0], other[0]))
