"""Which rows are shown where there is no room for all (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bridge.cli.watch.rows import Row

_AROUND = 2
"""Lines of a table beside its rows: its heads, and what stands below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitting:
    """The rows that are shown, in their order, and how many are not."""

    shown: tuple[Row, ...]
    left_out: int


def fitting(room: int, *tables: Sequence[Row]) -> list[Fitting]:
    """Tables below one another in so many lines: first what is not quiet, then the others in their order."""
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
