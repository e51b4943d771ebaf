"""The port of all lines: terminals' lines of one kind, whichever room they live in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from bridge.core.contact import Level
from bridge.core.facts import (
    ContactReported,
    EdgesLost,
    EdgesSeen,
    LineChanged,
    LineFound,
    LineLost,
    MessageIgnored,
    SinkFound,
    SinkLost,
    SinkReported,
)

if TYPE_CHECKING:
    from bridge.core.definitions.settings import InputSettings, OutputSettings

LineFact = (
    LineChanged | EdgesSeen | EdgesLost | LineLost | LineFound
    | ContactReported | MessageIgnored | SinkLost | SinkFound | SinkReported
)  # fmt: skip
Report = Callable[[LineFact], None]
"""Takes a fact about a line; called on the event loop's thread, never from within a driver's method
of the same line twice for one thing."""


class LineDriver(Protocol):
    """Lines of one kind. No method blocks or raises for a line that cannot be used.

    A line that is unavailable or lost is reported as `LineLost` once, retried until it is
    available, and reported as `LineFound`; an input's level follows as `LineChanged`. Methods may
    be called before the event loop runs: lines are requested at once, and facts wait for `start`.
    After that facts may be reported from within a method, about that method's terminal.

    A terminal that is requested again gets its new settings, and is reported as found or lost anew.

    A far line, in another device, is reported otherwise: an input's contact as `ContactReported`, as
    `UNKNOWN` until its source was heard; a sink that cannot be commanded as `SinkLost` and `SinkFound`. An
    output's contact at the time a lost sink is back is commanded once: nothing queued is done late.
    """

    def request_input(self, settings: InputSettings) -> None:
        """Requests an input's line and watches it.

        Edges carry the kernel's stamps in seconds of the monotonic clock.
        """

    def request_output(self, settings: OutputSettings, level: Level) -> None:
        """Requests an output's line with its level set in the request itself, so that it never glitches.

        A line that is requested already, and stays the same, is changed without being released.
        """

    def drive(self, terminal: str, level: Level, *, until: float | None = None) -> None:
        """Drives an output to a level; a lost line gets the level when it is requested again.

        `until` is the end of a far output's demand (monotonic); None: no end in sight, or no demand. Local drivers
        ignore it.
        """

    def release(self, terminal: str) -> None:
        """Releases a line; unknown terminals are ignored. Lost lines that waited for the line are retried soon."""

    def start(self, report: Report) -> None:
        """Reports all facts until now, in order, and each later one at once.

        The caller calls once, with the event loop running.
        """

    def close(self) -> None:
        """Releases all lines. Outputs keep the level last driven as far as the driver can."""
