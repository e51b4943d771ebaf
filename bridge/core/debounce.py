"""Debounce in both directions, on raw edges with the kernel's time stamps (`behaviour.md` 2).

A level counts once it has been stable for the debounce time. The instant of the change is the first
edge of that stable run, however late anybody looked; shorter runs are counted as glitches.
"""

from __future__ import annotations

from dataclasses import dataclass

from bridge.core.contact import Level


@dataclass(frozen=True, slots=True)
class Settled:
    """A level that has become stable; `at` is the instant (monotonic) of its first edge."""

    level: Level
    at: float


class Debouncer:
    """One line's level as last seen, and as it counts after `stable_for_s` without an edge."""

    def __init__(self, *, stable_for_s: float) -> None:
        self.stable_for_s = stable_for_s
        self.level: Level | None = None
        """The level that counts; None until a first one has been stable."""
        self.glitches = 0
        self._seen: Level | None = None
        self._since = 0.0

    @property
    def due(self) -> float | None:
        """Monotonic time at which the last level seen will count, if no edge comes before.

        None if it counts already.
        """
        return None if self._seen is self.level or self._seen is None else self._since + self.stable_for_s

    def saw(self, level: Level, at: float) -> tuple[Settled, ...]:
        """Processes an edge or a reading at `at`. Returns the levels that became stable by then, in order (0 to 2).

        The level before the edge is among them if it had been stable long enough; otherwise it counts as a glitch.
        """
        if level is self._seen:
            return ()
        settled = self.elapse(at)
        if self._seen is not self.level:
            self.glitches += 1
        self._seen, self._since = level, at
        return settled + self.elapse(at)

    def elapse(self, now: float) -> tuple[Settled, ...]:
        """Returns the level that has become stable by `now`, as a tuple of one; an empty tuple if none has."""
        due = self.due
        if due is None or now < due:
            return ()
        self.level = self._seen
        return (Settled(self._seen, self._since),) if self._seen is not None else ()

    def missed(self, edges: int) -> None:
        """Adds to `glitches` the runs that were never seen; two lost edges make one.

        The level seen last is taken back: nothing was stable in between.
        """
        self.glitches += (edges + 1) // 2
        self._seen = self.level

    def forget(self) -> None:
        """Forgets all levels, for the line is lost: none counts until a new one has been stable."""
        self.level = self._seen = None
