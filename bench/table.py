"""Results: one row a figure, as a table for people and as JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

Measured = TypeVar("Measured")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure of ours, beside a peer's of the same run or a limit.

    `floor` is the largest allowed ratio to the peer, `limit` the largest allowed value, `least` the
    smallest; with none of them the row is for information. `peer` is None when the peer could not be
    measured, `ours` when ours could not: then `absent` says why.
    """

    part: str
    what: str
    unit: str
    ours: float | None
    peer_name: str = ""
    peer: float | None = None
    floor: float | None = None
    limit: float | None = None
    least: float | None = None
    absent: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours to the peer's."""
        return self.ours / self.peer if self.ours is not None and self.peer else None

    @property
    def kept(self) -> bool | None:
        """Whether the floor or the limit is kept; None when there is nothing to compare with."""
        if self.floor is not None:
            return None if self.ratio is None else self.ratio <= self.floor
        if self.ours is None:
            return None
        if self.least is not None:
            return self.ours >= self.least
        return None if self.limit is None else self.ours <= self.limit

    @property
    def verdict(self) -> str:
        """A word for the table."""
        if self.ours is None:
            return f"NOT MEASURED: {self.absent}"
        if self.kept is None:
            return "no peer" if self.floor is not None else ""
        return "ok" if self.kept else "FAILED"


def beside(
    part: str,
    found: Mapping[str, Measured],
    what: str,
    unit: str,
    figure: Callable[[Measured], float],
    peer_name: str,
    floor: float | None,
) -> Row:
    """A figure of ours beside a peer's, from what was measured on each contestant, by its name."""
    peer = found.get(peer_name)
    return Row(
        part=part,
        what=what,
        unit=unit,
        ours=figure(found["alarm2mqtt"]),
        peer_name=peer_name,
        peer=figure(peer) if peer is not None else None,
        floor=floor,
    )


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.0f}" if value == int(value) else f"{value:.3g}" if abs(value) < 1 else f"{value:.2f}"


def _cells(row: Row) -> tuple[str, ...]:
    bounds = (("≤ {}x", row.floor), ("≤ {}", row.limit), ("≥ {}", row.least))
    bound = next((form.format(_number(value)) for form, value in bounds if value is not None), "")
    return (
        row.part,
        f"{row.what} [{row.unit}]" if row.unit else row.what,
        _number(row.ours),
        f"{_number(row.peer) or 'no'} {row.peer_name}" if row.peer_name and row.ours is not None else "",
        _number(row.ratio),
        bound,
        row.verdict,
    )


HEADER = ("part", "what", "ours", "peer", "ratio", "floor", "")


def drawn(rows: Iterable[Row]) -> str:
    """The table, columns aligned."""
    lines = [HEADER, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def written(rows: Iterable[Row], path: Path, *, quick: bool) -> None:
    """The same as JSON, with what the run was made on."""
    result: dict[str, Any] = {
        "finished": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "quick": quick,
        "machine": {
            "system": platform.platform(),
            "python": platform.python_version(),
            "processors": os.cpu_count(),
            "load": os.getloadavg(),
        },
        "rows": [{**asdict(row), "ratio": row.ratio, "kept": row.kept} for row in rows],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2) + "\n")
