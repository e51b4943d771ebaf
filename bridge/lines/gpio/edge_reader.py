"""Turns one input's kernel edges into facts; the last fact always equals the line's level, also after an overflow."""

from __future__ import annotations

import logging
import time

from bridge.core.facts import EdgesLost, EdgesSeen, LineChanged, SeenEdge
from bridge.core.line_driver import Report
from bridge.lines.gpio.kernel import Edge, HeldLine

_log = logging.getLogger(__name__)
FLOOD_EDGES = 128
"""Edges within `FLOOD_WINDOW_S` that make a flood. A contact that bounces, or hums with the mains, stays below."""
FLOOD_WINDOW_S = 0.1
FLOOD_S = 1.0
"""Time for which the kernel debounces a line that floods, before it is asked for each edge again."""
KERNEL_DEBOUNCE_S = 0.01


class EdgeReader:
    """Reads edges of a held line, few at a time, so that other lines have their turn of the loop.

    Edges that were read together are one fact, each with its stamp. When the kernel had no room for all of
    them (1024 waited), the gap is reported as `EdgesLost` and the level is read again after the last one.

    A line that floods gets the kernel's debounce for `FLOOD_S` at a time. Its edges that wait are then discarded,
    and counted as lost. Glitches under the kernel's debounce are not counted, and runs below
    `KERNEL_DEBOUNCE_S` do not count, for the kernel hides both; its late stamps are set back to the begin of the
    stable run.
    """

    def __init__(self, *, terminal: str, line: HeldLine, report: Report) -> None:
        self._terminal = terminal
        self._line = line
        self._report = report
        self._number = 0
        self._read_at = float("-inf")
        self._reported_at = float("-inf")
        self._window_from = float("-inf")
        self._in_window = 0
        self._reads_level = False  # once all that waits is read: an edge may be missing
        self._debounced_from: float | None = None
        self._kernel_debounces = True
        self.flooding = False
        """True: the caller calls `end_flood` after `FLOOD_S`."""

    def read_level(self) -> None:
        """Reports the present level; edges from before this instant are not reported any more.

        Raises:
            LineError: the line is gone.
        """
        self._reads_level = False
        self._read_at = self._reported_at = time.monotonic()
        self._report(LineChanged(terminal=self._terminal, level=self._line.level(), at=self._read_at))

    def read_edges(self) -> None:
        """Reports the edges that wait, or a part of them: the descriptor stays readable while more wait.

        Raises:
            LineError: the line is gone.
        """
        edges = self._line.edges()
        more = self._line.edges_wait()
        seen: list[SeenEdge] = []
        for edge in edges:
            lost, self._number = edge.number - self._number - 1, edge.number
            if lost > 0:
                self._report_edges(seen, more=True)
                self._report(EdgesLost(terminal=self._terminal, count=lost))
                self._reads_level = True
                seen = []
            if edge.at > self._read_at:
                seen.append(SeenEdge(edge.level, self._begin_of(edge)))
            self._count(edge, lost)
        self._report_edges(seen, more=more)
        if self._in_window >= FLOOD_EDGES and not self.flooding and self._kernel_debounces:
            self._begin_flood()
        elif self._reads_level and not more:
            self.read_level()

    def end_flood(self) -> None:
        """Makes the kernel report each edge again, and reports the present level.

        Raises:
            LineError: the line is gone.
        """
        self._line.debounce(0)
        self.flooding, self._debounced_from = False, None
        self.read_level()

    def _begin_flood(self) -> None:
        """Makes the kernel debounce the line, discards the edges that wait, and reports the level.

        If the kernel cannot debounce, that is only logged.
        """
        self._kernel_debounces = self._line.debounce(KERNEL_DEBOUNCE_S)
        if not self._kernel_debounces:
            _log.warning("%s floods, and the kernel cannot debounce its line: check the wiring", self._terminal)
            return
        _log.debug("%s floods: its line is debounced by the kernel for %g s", self._terminal, FLOOD_S)
        self.flooding, self._debounced_from = True, time.monotonic()
        self._in_window = 0
        discarded = self._line.discard_edges()
        self._number += discarded
        if discarded:
            self._report(EdgesLost(terminal=self._terminal, count=discarded))
        self.read_level()

    def _report_edges(self, seen: list[SeenEdge], *, more: bool) -> None:
        """Reports edges that were read together as one fact; nothing for none."""
        if len(seen) == 1 and not more:
            self._report(LineChanged(terminal=self._terminal, level=seen[0].level, at=seen[0].at))
        elif seen:
            self._report(EdgesSeen(terminal=self._terminal, edges=tuple(seen), more=more))

    def _begin_of(self, edge: Edge) -> float:
        """Returns the begin of an edge's run: its stamp, set back by the kernel's debounce if that was on.

        Results never decrease.
        """
        late = self._debounced_from is not None and edge.at > self._debounced_from
        self._reported_at = max(edge.at - KERNEL_DEBOUNCE_S if late else edge.at, self._reported_at)
        return self._reported_at

    def _count(self, edge: Edge, lost: int) -> None:
        """Counts an edge, and those lost before it, in the window that detects a flood."""
        if edge.at - self._window_from > FLOOD_WINDOW_S:
            self._window_from, self._in_window = edge.at, 0
        self._in_window += lost + 1
