"""The recorder's times, and its reports about clips and stream."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.errors import ActionError


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipTimes:
    """Seconds before and after the event, of the longest clip, and the limits of a stream.

    `frozen_s` is the longest time without a picture, `silence_s` that without a report of the process.
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
    """A file is complete; with `error` it is incomplete."""

    camera: str
    input: str
    name: str
    seconds: float
    error: ActionError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipMissed:
    """A clip was to be recorded, its time is over, and there is none."""

    camera: str
    input: str
    error: ActionError


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """The stream was lost (`problem` is the reason) or has started (None); reported on change."""

    camera: str
    problem: str | None


ClipReport = ClipStarted | ClipFinished | ClipMissed
RecordReport = ClipReport | StreamState
