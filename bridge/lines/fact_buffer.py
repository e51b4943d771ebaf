"""Facts that come before anybody can take them wait, and keep their order."""

from __future__ import annotations

from bridge.core.line_driver import LineFact, Report


class Reporting:
    """Passes facts on, from `begin` on; what was told before is delivered then, first."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._waiting: list[LineFact] | None = []

    def tell(self, fact: LineFact) -> None:
        """Report a fact, or keep it for `begin`."""
        if self._waiting is None:
            self._report(fact)
        else:
            self._waiting.append(fact)

    def begin(self) -> None:
        """Deliver what waits, in order; later facts go straight on."""
        waiting, self._waiting = self._waiting or [], None
        for fact in waiting:
            self._report(fact)
