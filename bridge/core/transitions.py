"""The edges of an input's alarm; outputs, journal and linkage act on these alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LinkageRun = Literal["whole", "extend", "held", "none"]
"""The share of a linkage that runs: `whole`; `extend` (outputs and recording); `held`, none of it because
of chatter; `none`, because the alarm was there before the first start."""


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
    """An alarm that was active before the restart, and still is."""

    at: float


@dataclass(frozen=True, slots=True)
class DecidedNormal:
    """The start-up table found no alarm, now or before: nothing follows, but it is stored."""


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


Transition = Began | Ended | Resumed | DecidedNormal | LinkageDue | Retriggered
