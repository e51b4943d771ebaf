"""One camera's clips: those being written, those still to begin, and the next orders (pure).

Instants are seconds of the monotonic clock. After every event `settle` returns the orders,
by comparing the alarms with the clips being written; the same state twice gives no order.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from bridge.actions.recording.record_until import RecordUntil
from bridge.actions.recording.reports import ClipFinished, ClipMissed, ClipReport, ClipStarted, ClipTimes
from bridge.errors import ActionFailed

_RETRY_S = 10.0
"""Delay before a card that failed is tried again."""
_LOOK_S = 1.0
"""Interval of the check whether stream and card allow a pending clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording:
    """Write a clip with the seconds before `at`; a clip being written ends where this one begins."""

    clip: int
    input: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishClip:
    """Finish the clip being written."""


@dataclass(slots=True, kw_only=True)
class _Clip:
    input: str
    split_at: float
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _PendingClip:
    """A clip that has not begun: the input, and the instant of the alarm."""

    input: str
    at: float


class ClipPlanner:
    """Plans the clips of one camera; the caller calls `settle` after each other call, and at `wake_at`.

    For every clip that was ordered the caller calls `ended`, or `lost` for all of them.
    """

    def __init__(self, *, camera: str, times: ClipTimes) -> None:
        self._camera = camera
        self._times = times
        self._plan = RecordUntil(post_s=times.post_s)
        self._numbers = itertools.count(1)
        self._clips: dict[int, _Clip] = {}
        self._pending: _PendingClip | None = None
        self._streaming = False
        self._finishing_since: float | None = None
        self._retry_at = -math.inf
        self._reports: list[ClipReport] = []

    def begin(self, name: str, *, at: float) -> None:
        """Notes that the alarm of the input `name` began, or was triggered again, at `at`.

        During the post-roll the same clip continues.
        """
        self._request(name, at)
        self._plan.begin(name)

    def end(self, name: str, now: float) -> None:
        """Notes that the alarm of the input `name` ended: the post-roll begins."""
        self._plan.end(name, now)

    def record(self, name: str, *, seconds: float, at: float, now: float) -> None:
        """Notes that a clip of `seconds` was commanded under `name`, with the seconds before `at`."""
        self._request(name, at)
        self._plan.run_for(seconds, now)

    def came(self) -> None:
        """Notes that the stream has started."""
        self._streaming = True
        self._retry_at = -math.inf

    def lost(self, reason: str, now: float) -> tuple[str, ...]:
        """Ends all clips, for the stream was lost. Returns the names of those that have a file."""
        self._streaming = False
        gone = [self.ended(number, seconds=0.0, error=reason, now=now) for number in list(self._clips)]
        return tuple(name for name in gone if name is not None)

    def begun(self, number: int, *, name: str, pre_s: float) -> None:
        """Notes that the file of clip `number` exists under `name`, with `pre_s` seconds before the alarm."""
        clip = self._clips.get(number)
        if clip is not None:
            clip.name = name
            self._pending = None
            self._reports.append(ClipStarted(camera=self._camera, input=clip.input, name=name, pre_s=pre_s))

    def ended(self, number: int, *, seconds: float, error: str | None, now: float) -> str | None:
        """Ends clip `number`, finished or failed (`error`). Returns its file's name, or None if there is no file."""
        clip = self._clips.pop(number, None)
        if clip is None:
            return None
        if not self._clips:
            self._finishing_since = None
        failed = None if error is None else ActionFailed(f"camera {self._camera}: {error}")
        if failed is not None:
            self._retry_at = now + _RETRY_S
        if self._plan.is_needed(now) and not self._clips:
            self._request(clip.input, now)
        if clip.name is not None:
            self._reports.append(
                ClipFinished(camera=self._camera, input=clip.input, name=clip.name, seconds=seconds, error=failed)
            )
        elif failed is not None and not self._plan.is_needed(now):
            self._miss(failed)
        return clip.name

    def stuck(self, now: float, *, after_s: float) -> bool:
        """Returns whether a clip has been finishing for more than `after_s`."""
        return self._finishing_since is not None and now - self._finishing_since > after_s

    def settle(self, now: float, *, card: str | None, stream: str | None) -> tuple[StartRecording | FinishClip, ...]:
        """Returns the orders for now, perhaps none. `card` and `stream` are their problems; None means usable."""
        if self._plan.is_needed(now):
            return self._go_on(now, card_is_good=card is None) if self._streaming else ()
        if self._pending is not None and not self._clips:
            self._miss(ActionFailed(f"camera {self._camera}: {card or stream or 'the alarm was too short'}"))
        return self._finish(now)

    def wake_at(self, now: float) -> float | None:
        """Returns the instant at which to call `settle` if nothing happens before; None if time changes nothing."""
        if not self._plan.is_needed(now):
            return None
        instants = [self._plan.deadline(now)]
        if not self._clips:
            instants.append(max(self._retry_at, now + _LOOK_S))
        elif self._finishing_since is None:
            instants.append(max(self._newest.split_at, now))
        return min((instant for instant in instants if instant is not None), default=None)

    def take_reports(self) -> list[ClipReport]:
        """Returns the reports since the last call, in order."""
        reports, self._reports = self._reports, []
        return reports

    @property
    def _newest(self) -> _Clip:
        return self._clips[max(self._clips)]

    def _go_on(self, now: float, *, card_is_good: bool) -> tuple[StartRecording | FinishClip, ...]:
        """Returns the order that begins a clip, or the next part of a long one; none if nothing is due or possible."""
        if self._finishing_since is not None:
            return ()
        if not self._clips:
            if now < self._retry_at or not card_is_good:
                return ()
            pending = self._pending or _PendingClip(input=self._camera, at=now)
            return self._start(pending, split_at=now + self._times.split_s - self._times.pre_s)
        if now < self._newest.split_at:
            return ()
        if not card_is_good:
            # It became full or read-only: the reserve must stay free.
            return self._finish(now)
        return self._start(_PendingClip(input=self._newest.input, at=now), split_at=now + self._times.split_s)

    def _start(self, pending: _PendingClip, *, split_at: float) -> tuple[StartRecording, ...]:
        """Returns the order to begin a clip, which is split at `split_at`."""
        number = next(self._numbers)
        self._clips[number] = _Clip(input=pending.input, split_at=split_at)
        return (StartRecording(clip=number, input=pending.input, at=pending.at),)

    def _finish(self, now: float) -> tuple[FinishClip, ...]:
        """Returns the order to finish the clip; none if there is no clip, or it is being finished."""
        if not self._clips or self._finishing_since is not None:
            return ()
        self._finishing_since = now
        return (FinishClip(),)

    def _request(self, name: str, at: float) -> None:
        """Remembers a clip to begin for `name`, unless one is pending or being written."""
        going_on = self._clips and self._finishing_since is None
        if self._pending is None and not going_on:
            self._pending = _PendingClip(input=name, at=at)

    def _miss(self, error: ActionFailed) -> None:
        """Reports the pending clip as missed, if there is one."""
        if self._pending is not None:
            self._reports.append(ClipMissed(camera=self._camera, input=self._pending.input, error=error))
            self._pending = None
