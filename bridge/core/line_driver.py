"""What the inside needs of a line driver."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from bridge.core.contact import Level
from bridge.core.facts import EdgesLost, LineChanged, LineFound, LineLost

if TYPE_CHECKING:
    from bridge.settings.definitions.settings import InputSettings, OutputSettings

LineFact = LineChanged | EdgesLost | LineLost | LineFound
Report = Callable[[LineFact], None]
"""Takes a fact about a line; called on the event loop's thread, never from within a driver's method
of the same line twice for one thing."""


class LineDriver(Protocol):
    """Lines of one kind. No method blocks or raises for a line that cannot be used.

    A line that cannot be had, or is lost, is told as `LineLost` once, tried again until it can,
    and told as `LineFound`, after which an input's level follows as `LineChanged`. Methods may be
    called before the event loop runs: lines are taken at once, and what there is to tell waits for
    `start`. After that facts may be reported from within a method, about that method's terminal.

    A terminal that is asked for again takes its new settings, and is told as found or lost anew.
    """

    def request_input(self, settings: InputSettings) -> None:
        """Watch a line; edges carry the kernel's stamps in seconds of the monotonic clock."""

    def request_output(self, settings: OutputSettings, level: Level) -> None:
        """Take a line with its level set in the request itself, so that it never glitches.

        One that is held already, and whose line stays the same, is changed without letting go.
        """

    def drive(self, terminal: str, level: Level) -> None:
        """Put an output to a level; on a lost line it is the level that it is requested with."""

    def release(self, terminal: str) -> None:
        """Let go of a line; unknown terminals are ignored. What waited for it is tried again soon."""

    def start(self) -> None:
        """Report all that has waited, in order, and go on; called once, with the event loop running."""

    def close(self) -> None:
        """Let go of all lines. Outputs keep the level last driven as far as the driver can."""
