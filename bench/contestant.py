"""What can be measured alike: a program with terminals behind a socket that publishes their states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.process import Program

INPUTS = ("line-1", "line-2", "line-3", "line-4")
OUTPUTS = ("out-1", "out-2", "out-3", "out-4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One of the bridges, ready to be started as often as needed."""

    name: str
    socket: Path
    start: Callable[[], Program]
    input_topic: str
    """Where an input's ON and OFF arrive, `{}` standing for its id."""
    output_topic: str = ""
    set_topic: str = ""
    subscriptions: tuple[str, ...]
    """Filters that show everything it says at start."""
    announced: frozenset[str]
    """Topics that make its start complete."""

    def states(self) -> dict[str, str]:
        """Topic of each input's state → the input."""
        return {self.input_topic.format(name): name for name in INPUTS}
