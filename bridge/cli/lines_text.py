"""The text of `lines`: GPIO chips and their lines, named as in the settings file (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.lines.gpio.line_lookup import SeenLine
from bridge.lines.gpio.listing import ListedChip


def listed_text(chips: Sequence[ListedChip]) -> str:
    """Returns each chip with its lines below it as text, or one sentence if there is no chip."""
    if not chips:
        return "no GPIO chip here (/dev/gpiochip*); lines: {driver: simulated} needs none"
    return "\n".join(row for listed in chips for row in _rows(listed))


def _rows(listed: ListedChip) -> list[str]:
    width = max((len(line.name) for line in listed.lines), default=0)
    return [f"{listed.chip}, {listed.chip.lines} lines", *(_row(line, width) for line in listed.lines)]


def _row(line: SeenLine, width: int) -> str:
    user = f"used by {line.consumer or 'the kernel'}" if line.used else "free"
    return f"  {line.offset:>4}  {line.name or '-':<{max(width, 1)}}  {line.direction:<6}  {line.bias:<9}  {user}"
