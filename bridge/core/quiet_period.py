"""The quiet period of an input, and the limit of its linkage under chatter (`behaviour.md` 2)."""

from __future__ import annotations

from bridge.core.chatter import WINDOW_S, Chatter
from bridge.core.transitions import LinkageRun


class QuietPeriod:
    """Decides how much of its linkage each begin of one input runs; instants are those of begins."""

    def __init__(self) -> None:
        self.chatter = Chatter()
        self._quiet_until: float | None = None
        self._ran: float | None = None

    @property
    def held_until(self) -> float | None:
        """The instant from which chatter lets the linkage run again; None if chatter does not hold it back."""
        return self._ran + WINDOW_S if self.chatter.raised and self._ran is not None else None

    def is_quiet(self, at: float) -> bool:
        """Returns whether a begin at `at` is a re-trigger of the one before."""
        return self._quiet_until is not None and at < self._quiet_until

    def linkage(self, at: float) -> LinkageRun:
        """Returns the share of the linkage that a begin at `at` runs.

        `held` under chatter, `extend` within the quiet period, else `whole`.
        """
        held_until = self.held_until
        if held_until is not None and at < held_until:
            return "held"
        return "extend" if self.is_quiet(at) else "whole"

    def ran(self, linkage: LinkageRun, at: float, *, quiet_s: float) -> None:
        """Records the share of the linkage that a begin at `at` has run.

        `whole` begins a quiet period of `quiet_s` seconds. `whole` and `extend` count as a run under chatter. `held`
        and `none` begin nothing: else an input that chatters would never mail again.
        """
        if linkage in ("whole", "extend"):
            self._ran = at
        if linkage == "whole":
            self._quiet_until = at + quiet_s
