"""What the GPIO driver needs of the kernel: lines that can be taken, and one that is held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bridge.core.contact import Level
from bridge.core.definitions.settings import InputSettings, OutputSettings

MOST_EDGES = 64
"""The most that one `HeldLine.edges` gives; fewer mean that no more are waiting."""


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
    """Where a line was found: its chip's label, and whether no other chip had the same one.

    A chip that is plugged in again may have another number; a label that was its alone finds it.
    """

    label: str
    alone: bool


class HeldLine(Protocol):
    """A line that this process holds. Methods raise `LineError` when it is gone."""

    @property
    def fd(self) -> int:
        """Readable when edges wait, and when the line is gone."""

    @property
    def home(self) -> Home:
        """Where it was found."""

    def level(self) -> Level:
        """The level that it is at."""

    def drive(self, level: Level) -> None:
        """Put an output to a level."""

    def redrive(self, settings: OutputSettings, level: Level) -> None:
        """Take an output's new settings without letting go of it, at a level."""

    def edges(self) -> Sequence[Edge]:
        """The edges that wait, the oldest first, at most `MOST_EDGES`; never blocks."""

    def release(self) -> None:
        """Let go; never raises."""


class Kernel(Protocol):
    """Where lines are taken. Methods raise `LineError`; `home` is where the line was before."""

    def take_input(self, settings: InputSettings, home: Home | None) -> HeldLine:
        """A line with edges watched on both sides."""

    def take_output(self, settings: OutputSettings, level: Level, home: Home | None) -> HeldLine:
        """A line that is at a level from the request on."""
