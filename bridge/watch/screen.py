"""The picture drawn with rich: the only file that knows rich. Colours stand beside words, never instead of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from bridge.mqtt.dial import place_of
from bridge.watch.picture import Picture
from bridge.watch.rows import INPUT_HEADS, OUTPUT_HEADS, STATE, Row, entry_row, input_row, output_row

_STYLES = {
    "alarm": "bold white on red",
    "fault": "bold magenta",
    "tripped": "bold yellow",
    "normal": "green",
    "on": "bold white on blue",
    "pulse": "bold white on blue",
    "off": "",
    "grave": "bold",
}
_WIDEST_NAME = 24
_LEAST_ENTRIES = 3


class Screen:
    """`with` takes the terminal's other screen and gives it back; `draw` shows the picture as it is now."""

    def __init__(self, picture: Picture, *, console: Console | None = None) -> None:
        self._picture = picture
        self._console = console or Console(highlight=False)
        self._live = Live(console=self._console, screen=True, auto_refresh=False, redirect_stderr=False)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.__exit__(None, None, None)

    def draw(self, now: datetime) -> None:
        """All of it; the terminal's size is looked at each time."""
        self._live.update(drawn(self._picture, now, height=self._console.size.height), refresh=True)


def drawn(picture: Picture, now: datetime, *, height: int) -> RenderableType:
    """Everything, with as many journal entries as there is room for: in full, the newest last."""
    head = _head(picture, now)
    inputs = [input_row(view, picture, now) for view in picture.inputs()]
    outputs = [output_row(view, picture, now) for view in picture.outputs()]
    quiet = picture.online is not True or picture.problem is not None
    parts: list[RenderableType] = [*head, Text()]
    used = len(parts)
    for heads, rows in ((INPUT_HEADS, inputs), (OUTPUT_HEADS, outputs)):
        if rows:
            parts += [_table(heads, rows, quiet=quiet), Text()]
            used += len(rows) + 2
    room = max(height - used - 1, _LEAST_ENTRIES)
    entries = [entry_row(entry, picture, now) for entry in list(picture.entries)[-room:]]
    parts.append(_journal(entries))
    return Group(*parts)


def _head(picture: Picture, now: datetime) -> list[RenderableType]:
    device = picture.settings.device.id
    first = Table.grid(expand=True)
    first.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    first.add_column(justify="right", no_wrap=True)
    name = picture.label if picture.label == device else f"{picture.label} ({device})"
    first.add_row(Text(name, "bold"), Text(f"{now:%H:%M:%S}   q: end", "dim"))
    lines: list[RenderableType] = [first, _link(picture)]
    if picture.notice is not None:
        lines.append(Text(picture.notice, "yellow", no_wrap=True, overflow="ellipsis"))
    return lines


def _link(picture: Picture) -> Text:
    """Whether what stands below is what is."""
    place = place_of(picture.settings.mqtt)
    line = Text(no_wrap=True, overflow="ellipsis")
    if picture.problem is not None:
        return line.append("NOT CONNECTED", "bold white on red").append(f" to the broker: {picture.problem}")
    if picture.online:
        line.append("bridge online", "green")
    elif picture.online is None:
        line.append("bridge SILENT: nothing heard of it yet", "bold yellow")
    else:
        line.append("bridge OFFLINE: below is what it said last", "bold white on red")
    return line.append(f"   broker {place} connected", "")


def _table(heads: Sequence[str], rows: Sequence[Row], *, quiet: bool) -> Table:
    table = Table(box=None, expand=True, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for index, head in enumerate(heads):
        table.add_column(head, no_wrap=True, overflow="ellipsis", max_width=_WIDEST_NAME if index == 0 else None)
    for row in rows:
        cells = [Text(cell) for cell in row.cells]
        if not quiet:
            cells[STATE].stylize(_STYLES.get(row.mood, ""))
        table.add_row(*cells, style="dim" if quiet else "")
    return table


def _journal(rows: Sequence[Row]) -> RenderableType:
    if not rows:
        return Text("What happens from now on is listed here.", "dim")
    table = Table.grid(expand=True, padding=(0, 2, 0, 0))
    for ratio in (None, None, None, 1):
        table.add_column(ratio=ratio, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*(Text(cell, _STYLES.get(row.mood, "")) for cell in row.cells))
    return table
