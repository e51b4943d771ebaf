"""The screen of `watch`, drawn with rich: the only file that imports rich.

Colours accompany words, never replace them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bridge.cli.watch.device_mirror import DeviceMirror
from bridge.cli.watch.row_fitting import fitting
from bridge.cli.watch.rows import INPUT_HEADS, OUTPUT_HEADS, STATE, Row, entry_row, input_row, output_row
from bridge.mqtt.connection.broker_socket import address_of
from bridge.mqtt.topics import Topics

_STYLES = {
    "alarm": "bold white on red",
    "fault": "bold magenta",
    "tripped": "bold yellow",
    "normal": "green",
    "on": "bold white on blue",
    "pulse": "bold white on blue",
    "grave": "bold",
}
_ROOMY = 100
_WIDTHS: Mapping[tuple[str, ...], tuple[int | None, ...]] = {
    INPUT_HEADS: (12, 14, 12, None),
    OUTPUT_HEADS: (12, 10, None, 14),
}
"""Widths of the columns after the name, for 80 columns; a column without one shares the rest."""
_LEAST_ENTRIES = 4


class Screen:
    """Within `with`, uses the terminal's alternate screen; `draw` shows the mirror's present state."""

    def __init__(self, mirror: DeviceMirror) -> None:
        self._mirror = mirror
        self._console = Console(highlight=False)
        self._live = Live(console=self._console, screen=True, auto_refresh=False, redirect_stderr=False)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.__exit__(None, None, None)

    def draw(self, now: datetime) -> None:
        """Draws the whole screen at the terminal's present size."""
        width, height = self._console.size
        self._live.update(drawn(self._mirror, now, width=width, height=height), refresh=True)


def drawn(mirror: DeviceMirror, now: datetime, *, width: int, height: int) -> RenderableType:
    """Returns the screen for this size: rows in alarm, on or faulty before quiet ones, then the newest entries."""
    parts = [*_head(mirror, now), Text()]
    inputs = [input_row(view, mirror, now) for view in mirror.inputs()]
    outputs = [output_row(view, mirror, now) for view in mirror.outputs()]
    least = min(max(len(mirror.entries), 1), _LEAST_ENTRIES)
    room = height - len(parts) - least
    is_stale = mirror.online is not True or mirror.problem is not None
    for heads, rows in zip((INPUT_HEADS, OUTPUT_HEADS), fitting(room, inputs, outputs), strict=True):
        if rows.shown or rows.left_out:
            parts.append(_table(heads, rows.shown, is_stale=is_stale, name=24 if width >= _ROOMY else 16))
            parts.append(Text(f"… and {rows.left_out} more, in a taller terminal" if rows.left_out else "", "dim"))
            room -= len(rows.shown) + 2
    entries = list(mirror.entries)[-(max(room, 0) + least) :]
    parts.append(_journal([entry_row(entry, mirror, now) for entry in entries]))
    return Group(*parts)


def _head(mirror: DeviceMirror, now: datetime) -> list[RenderableType]:
    device = mirror.settings.device.id
    first = Table.grid(expand=True)
    first.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    first.add_column(justify="right", no_wrap=True)
    name = mirror.label if mirror.label == device else f"{mirror.label} ({device})"
    first.add_row(Text(name, "bold"), Text(f"{now:%H:%M:%S}   q: end", "dim"))
    lines: list[RenderableType] = [first, _link(mirror)]
    if mirror.notice is not None:
        lines.append(Text(mirror.notice, "yellow", no_wrap=True, overflow="ellipsis"))
    return lines


def _link(mirror: DeviceMirror) -> Text:
    """Returns the line that says whether the rows below are current."""
    line = Text(no_wrap=True, overflow="ellipsis")
    if mirror.problem is not None:
        return line.append("NOT CONNECTED", "bold white on red").append(f"   {mirror.problem}")
    if mirror.online:
        line.append("bridge online", "green")
    elif mirror.online is None:
        silent = f"bridge SILENT: nothing on {Topics.of(mirror.settings).device}/#"
        line.append(silent, "bold yellow")
    else:
        line.append("bridge OFFLINE: this is what it said last", "bold white on red")
    if mirror.armed is not None:
        line.append("   ").append(*(("armed", "green") if mirror.armed else ("DISARMED", "bold black on yellow")))
    return line.append(f"   broker {address_of(mirror.settings.mqtt)} connected")


def _table(heads: tuple[str, ...], rows: Sequence[Row], *, is_stale: bool, name: int) -> Table:
    table = Table(box=None, expand=True, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for head, wide in zip(heads, (name, *_WIDTHS[heads]), strict=True):
        table.add_column(head, width=wide, ratio=None if wide else 1, no_wrap=True, overflow="ellipsis")
    for row in rows:
        cells = [Text(cell) for cell in row.cells]
        if not is_stale:
            cells[STATE].stylize(_STYLES.get(row.mood, ""))
        table.add_row(*cells, style="dim" if is_stale else "")
    return table


def _journal(rows: Sequence[Row]) -> RenderableType:
    if not rows:
        return Text("What happens from now on is listed here.", "dim")
    table = Table.grid(expand=True, padding=(0, 2, 0, 0))
    for least, widest in ((8, 8), (13, 16), (6, 24)):
        table.add_column(min_width=least, max_width=widest, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(Text(cell, _STYLES.get(row.mood, "")) for cell in row.cells))
    return table
