"""Turns one input's kernel edges into facts; the last fact always equals the line's level, also after an overflow."""

from __future__ import annotations

import time

from bridge.core.facts import EdgesLost, LineChanged
from bridge.core.line_driver import Report
from bridge.lines.gpio.kernel import MOST_EDGES, Edge, HeldLine

_READS_A_TURN = 4
"""256 edges, then the event loop's other work has its turn."""
FLOOD_PAUSE_S = 0.05
_READS_A_BUFFER = 1024 // MOST_EDGES + 1


class EdgeReader:
    """Reads edges of a held line.

    While the kernel has room, each edge is reported with its stamp. When it had none (1024 edges
    waited), the gap is reported as `EdgesLost` and the level is read again. A line that overflows twice
    running is flooding: then it is read every `FLOOD_PAUSE_S`, its edges are counted but not reported,
    until one pause brings fewer than `MOST_EDGES`. So a line that oscillates costs little, and the
    kernel's own debounce, which hides edges and stamps late, is never needed.
    """

    def __init__(self, *, terminal: str, line: HeldLine, report: Report) -> None:
        self._terminal = terminal
        self._line = line
        self._report = report
        self._number = 0
        self._read_at = float("-inf")
        self._gaps_running = 0
        self.flooding = False
        """True: the caller pauses for `FLOOD_PAUSE_S` before it reads again."""

    def read_level(self) -> None:
        """Reports the present level. Edges from before this instant are then not reported any more.

        Raises:
            LineError: the line is gone.
        """
        self._read_at = time.monotonic()
        self._report(LineChanged(terminal=self._terminal, level=self._line.level(), at=self._read_at))

    def read_edges(self) -> None:
        """Reports the edges that wait, or a part of them: the descriptor stays readable while more wait.

        Raises:
            LineError: the line is gone.
        """
        if self.flooding:
            self._read_flood()
            return
        gap, drained, reads = False, False, 0
        while not drained and reads < (_READS_A_BUFFER if gap else _READS_A_TURN):
            edges = self._line.edges()
            drained, reads = len(edges) < MOST_EDGES, reads + 1
            for edge in edges:
                gap = self._take(edge) or gap
        if gap:
            # All edges of the buffer are reported, so the level read now is the newest. The end of a full
            # buffer cannot be awaited instead: the kernel does not report an empty one.
            self._gaps_running += 1
            self.flooding = self._gaps_running > 1
            self.read_level()
        elif drained:
            self._gaps_running = 0

    def _take(self, edge: Edge) -> bool:
        """Reports one edge. Returns whether others before it were lost."""
        lost = edge.number - self._number - 1
        self._number = edge.number
        if lost > 0:
            self._report(EdgesLost(terminal=self._terminal, count=lost))
        if edge.at > self._read_at:
            self._report(LineChanged(terminal=self._terminal, level=edge.level, at=edge.at))
        return lost > 0

    def _read_flood(self) -> None:
        before, count = self._number, 0
        for _ in range(_READS_A_BUFFER):
            edges = self._line.edges()
            if edges:
                self._number = edges[-1].number
            count += len(edges)
            if len(edges) < MOST_EDGES:
                break
        if self._number > before:
            self._report(EdgesLost(terminal=self._terminal, count=self._number - before))
        self.flooding = count >= MOST_EDGES
        self._gaps_running = 0
        self.read_level()
