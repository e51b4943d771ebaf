"""The edges of an input's alarm, which is all of it that others act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LinkageRun = Literal["whole", "extend", "held", "none"]
"""How much of a linkage runs: all of it; what extends (outputs and recording); none of it because
of chatter; none of it because the alarm was there before the first start."""


@dataclass(frozen=True, slots=True)
class Began:
    """An alarm began, inside the quiet period of the one before if it is a re-trigger."""

    cause: str
    at: float
    linkage: LinkageRun
    retrigger: bool


@dataclass(frozen=True, slots=True)
class Ended:
    """An alarm ended after so many seconds; None for one that began before the program did."""

    cause: str
    at: float
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Resumed:
    """An alarm from before the stop goes on as if nothing had been."""

    at: float


@dataclass(frozen=True, slots=True)
class LinkageDue:
    """The linkage that chatter held back may run now, and the alarm still lives."""

    cause: str
    at: float
    linkage: LinkageRun


@dataclass(frozen=True, slots=True)
class Retriggered:
    """A command tripped an input that is in alarm already."""

    cause: str
    at: float
    linkage: LinkageRun


Transition = Began | Ended | Resumed | LinkageDue | Retriggered
