"""Port to the kernel's GPIO lines: requesting a line, and using one that is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bridge.core.contact import Level
from bridge.core.definitions.settings import InputSettings, OutputSettings

MOST_EDGES = 16
"""Limit of one `HeldLine.edges`: so few that one line takes no more than some milliseconds of a turn of the loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A change of level, stamped by the kernel in seconds of the monotonic clock.

    `number` counts the line's edges from 1; a gap is edges that the kernel had no room for.
    """

    level: Level
    at: float
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The chip on which a line was found, to be known again after it was unplugged.

    A chip that is plugged in again may have another number; a label that only it had finds it.
    """

    label: str
    alone: bool
    """Whether no other chip had the same label."""


class HeldLine(Protocol):
    """A line that this process holds. Methods raise `LineError` when it is gone."""

    @property
    def fd(self) -> int:
        """The descriptor; it is readable when edges wait, and when the line is gone."""

    @property
    def home(self) -> Home:
        """The chip on which the line was found."""

    def level(self) -> Level:
        """Returns the present level."""

    def drive(self, level: Level) -> None:
        """Drives an output to a level."""

    def redrive(self, settings: OutputSettings, level: Level) -> None:
        """Applies an output's new settings without releasing the line, and drives it to a level."""

    def edges(self) -> Sequence[Edge]:
        """Returns the edges that wait, the oldest first, at most `MOST_EDGES`; never blocks."""

    def edges_wait(self) -> bool:
        """Returns whether edges wait to be read."""

    def discard_edges(self) -> int:
        """Reads and drops the edges that wait, at little cost however many they are. Returns their number."""

    def debounce(self, period_s: float) -> bool:
        """Makes the kernel report an input's level only after it was stable for `period_s`; 0: each edge again.

        Returns whether the kernel can do it. The kernel then stamps an edge when the level has been stable, and `level`
        is debounced too. Edges around the call may be lost: the caller reads the level after it.
        """

    def release(self) -> None:
        """Releases the line; never raises."""


class PolledLine(Protocol):
    """An input that this process holds, and whose chip reports no edges. Each request makes another object."""

    @property
    def home(self) -> Home:
        """The chip on which the line was found."""

    @property
    def chip(self) -> PolledChip:
        """The chip, by which the line is read with others."""

    def level(self) -> Level:
        """Returns the present level. Raises `LineError` when the line is gone."""

    def release(self) -> None:
        """Releases the line and no other of the chip; never raises. Waits for a read of the chip that goes on."""


class PolledChip(Protocol):
    """The polled lines of a chip, from the first one requested to the last one released, or to a failed read."""

    def levels(self) -> Sequence[tuple[PolledLine, Level]]:
        """Reads all polled lines of the chip in one call. Called on a thread of its own: the read may block.

        Returns:
            Each line that is held at the time, and its level.

        Raises:
            LineError: the lines are gone. They are still to be released, and to be requested anew, from another object.
        """


class Kernel(Protocol):
    """Requests lines. `home` is the chip on which the line was before, None at first.

    Raises:
        LineError: from each method, if the line cannot be requested.
    """

    def take_input(self, settings: InputSettings, home: Home | None) -> HeldLine:
        """Requests an input with edge detection on both edges, and returns it.

        Raises LineWithoutInterrupt if the chip reports no edges of it; then `take_polled` may do.
        """

    def take_polled(self, settings: InputSettings, home: Home | None) -> PolledLine:
        """Requests an input without edge detection, and returns it."""

    def take_output(self, settings: OutputSettings, level: Level, home: Home | None) -> HeldLine:
        """Requests an output that is at a level from the request on, and returns it."""
