"""What a recorder is told once, and what it says of its clips."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import ActionError


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipTimes:
    """Before and after the event, the longest clip, and how long a camera may send no picture.

    A media process reports something once a second; one that does not for `silence_s` hangs.
    """

    pre_s: float = 5.0
    post_s: float = 10.0
    split_s: float = 300.0
    frozen_s: float = 10.0
    silence_s: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipStarted:
    """A file is being written; `name` is its path below the recording folder."""

    camera: str
    input: str
    name: str
    pre_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFinished:
    """A file is whole, or with `error` as far as it came."""

    camera: str
    input: str
    name: str
    seconds: float
    error: ActionError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipMissed:
    """A clip was wanted, the time for it is over, and there is none."""

    camera: str
    input: str
    error: ActionError


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """The stream was lost (`problem` says why) or is there (None); told on change."""

    camera: str
    problem: str | None


ClipReport = ClipStarted | ClipFinished | ClipMissed
RecordReport = ClipReport | StreamState
