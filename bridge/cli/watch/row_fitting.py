"""The choice of rows when the terminal is too short for all (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.cli.watch.rows import Row

_AROUND = 2
"""Lines of a table besides its rows: the heading, and the line below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """The chosen rows, in their order, and the number of rows left out."""

    shown: tuple[Row, ...]
    left_out: int


def fitting(room: int, *tables: Sequence[Row]) -> list[Fitting]:
    """Returns, for each table, the rows that fit into `room` lines together, and the number left out.

    Rows that are not quiet come first, then rows in their order; at least one is shown.
    """
    room -= _AROUND * sum(map(bool, tables))
    places = [(row.is_quiet, index, nth) for nth, rows in enumerate(tables) for index, row in enumerate(rows)]
    taken = set(sorted(places)[: max(room, 1)])
    return [
        Fitting(
            shown=tuple(row for index, row in enumerate(rows) if (row.is_quiet, index, nth) in taken),
            left_out=sum((row.is_quiet, index, nth) not in taken for index, row in enumerate(rows)),
        )
        for nth, rows in enumerate(tables)
    ]
