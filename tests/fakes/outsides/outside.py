"""The world outside one input: what can happen there, done to the real driver and told to the model."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

from words.contact_model import ContactModel
from words.line_world import LineWorld, Open

NAME = "door"
"""The input."""


class Stage(Protocol):
    """The run of the program, and the model of its input."""

    world: LineWorld
    model: ContactModel

    def wait(self, seconds: float) -> None:
        """Time passes for both."""


class Outside:
    """One kind. `happenings` are all that can happen, each a method that does it and tells it to the model."""

    driver: ClassVar[dict[str, Open]] = {}
    members: ClassVar[tuple[str, ...]] = ()
    """Inputs of the simulated board beside the one that is watched."""
    cameras: ClassVar[Mapping[str, Any]] = {}
    seconds: ClassVar[tuple[float, ...]] = (0.5, 3.0, 9.0, 11.0, 65.0, 299.0, 601.0)
    """Times that may pass."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.letter = "a"
        """Names the source; another one takes its place when the line is exchanged."""

    @property
    def world(self) -> LineWorld:
        return self.stage.world

    @property
    def model(self) -> ContactModel:
        return self.stage.model

    @property
    def drivers(self) -> Mapping[str, Open]:
        return self.driver

    def line(self) -> dict[str, Any]:
        """The line's settings."""
        raise NotImplementedError

    def happenings(self) -> tuple[Callable[[], None], ...]:
        raise NotImplementedError

    def opened(self) -> None:
        """The driver has just opened the input: at a start, or because another line took its place."""

    def exchanged(self) -> None:
        """Another line has just taken the place of the one before, and was opened."""

    def started(self) -> None:
        """The program has just started; the world outside was there before."""

    @property
    def due(self) -> float:
        """The next instant at which the time alone changes something outside."""
        return math.inf

    def time(self) -> None:
        """Some time has passed."""

    def close(self) -> None:
        """The test is over."""
