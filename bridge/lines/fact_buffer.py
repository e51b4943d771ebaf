"""Facts of a line driver from before its start: kept, and reported in order once it is started."""

from __future__ import annotations

from bridge.core.line_driver import LineFact, Report


class FactBuffer:
    """Keeps facts until `open`, and passes each later one on at once."""

    def __init__(self) -> None:
        self._kept: list[LineFact] = []
        self._report: Report | None = None

    def put(self, fact: LineFact) -> None:
        """Reports a fact, or keeps it until `open`."""
        if self._report is None:
            self._kept.append(fact)
        else:
            self._report(fact)

    def open(self, report: Report) -> None:
        """Reports the facts kept, in order, and passes all later ones to `report` at once."""
        self._report = report
        kept, self._kept = self._kept, []
        for fact in kept:
            report(fact)
