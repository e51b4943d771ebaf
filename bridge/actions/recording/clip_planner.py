"""One camera's clips: which is written, which is wanted, and what to order next (pure).

Instants are seconds of the monotonic clock. Whatever happened, `settle` then says what to do, by
comparing what is wanted with what is written; the same state twice orders nothing.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from bridge.actions.recording.record_until import RecordUntil
from bridge.actions.recording.reports import ClipFinished, ClipMissed, ClipReport, ClipStarted, ClipTimes
from bridge.errors import ActionFailed

_RETRY_S = 10.0
"""A card that did not take a clip is tried again after so long."""
_LOOK_S = 1.0
"""So often it is seen whether stream and card allow a clip that is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRecording:
    """Write a clip with the seconds before `at`; one that is written goes over into it."""

    clip: int
    input: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishClip:
    """Finish what is written."""


@dataclass(slots=True, kw_only=True)
class _Clip:
    input: str
    split_at: float
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """A clip that is wanted and has not begun: whose it is, and the instant of the alarm."""

    input: str
    at: float


class ClipPlanner:
    """Every clip that is started is answered by one `ended`, or by the loss of the stream."""

    def __init__(self, *, camera: str, times: ClipTimes) -> None:
        self._camera = camera
        self._times = times
        self._plan = RecordUntil(post_s=times.post_s)
        self._numbers = itertools.count(1)
        self._clips: dict[int, _Clip] = {}
        self._wish: _Wish | None = None
        self._streaming = False
        self._finishing_since: float | None = None
        self._retry_at = -math.inf
        self._reports: list[ClipReport] = []

    def begin(self, name: str, *, at: float) -> None:
        """An input's alarm began at `at`, or came again: in the post-roll the same clip goes on."""
        self._wish_for(name, at)
        self._plan.begin(name)

    def end(self, name: str, now: float) -> None:
        """An input's alarm ended."""
        self._plan.end(name, now)

    def record(self, name: str, *, seconds: float, at: float, now: float) -> None:
        """A clip by command."""
        self._wish_for(name, at)
        self._plan.run_for(seconds, now)

    def came(self) -> None:
        """The stream is there."""
        self._streaming = True
        self._retry_at = -math.inf

    def lost(self, reason: str, now: float) -> tuple[str, ...]:
        """The stream is gone, and with it the clips that were written; their names."""
        self._streaming = False
        gone = [self.ended(number, seconds=0.0, error=reason, now=now) for number in list(self._clips)]
        return tuple(name for name in gone if name is not None)

    def begun(self, number: int, *, name: str, pre_s: float) -> None:
        """A clip's file is there."""
        clip = self._clips.get(number)
        if clip is not None:
            clip.name = name
            self._wish = None
            self._reports.append(ClipStarted(camera=self._camera, input=clip.input, name=name, pre_s=pre_s))

    def ended(self, number: int, *, seconds: float, error: str | None, now: float) -> str | None:
        """A clip is finished, or failed; its file's name, if there is one."""
        clip = self._clips.pop(number, None)
        if clip is None:
            return None
        if not self._clips:
            self._finishing_since = None
        failed = None if error is None else ActionFailed(f"camera {self._camera}: {error}")
        if failed is not None:
            self._retry_at = now + _RETRY_S
        if self._plan.wanted(now) and not self._clips:
            self._wish_for(clip.input, now)
        if clip.name is not None:
            self._reports.append(
                ClipFinished(camera=self._camera, input=clip.input, name=clip.name, seconds=seconds, error=failed)
            )
        elif failed is not None and not self._plan.wanted(now):
            self._miss(failed)
        return clip.name

    def stuck(self, now: float, *, after_s: float) -> bool:
        """Whether a clip has been finishing for too long."""
        return self._finishing_since is not None and now - self._finishing_since > after_s

    def settle(self, now: float, *, card: str | None, stream: str | None) -> tuple[StartRecording | FinishClip, ...]:
        """What to order now. `card` and `stream` are their problems; None: they can be used."""
        if self._plan.wanted(now):
            return self._go_on(now, card_is_good=card is None) if self._streaming else ()
        if self._wish is not None and not self._clips:
            self._miss(ActionFailed(f"camera {self._camera}: {card or stream or 'the alarm was too short'}"))
        return self._finish(now)

    def wake_at(self, now: float) -> float | None:
        """When `settle` has to be asked again though nothing happens."""
        if not self._plan.wanted(now):
            return None
        instants = [self._plan.deadline(now)]
        if not self._clips:
            instants.append(max(self._retry_at, now + _LOOK_S))
        elif self._finishing_since is None:
            instants.append(max(self._newest.split_at, now))
        return min((instant for instant in instants if instant is not None), default=None)

    def take_reports(self) -> list[ClipReport]:
        """What there is to say since the last time."""
        reports, self._reports = self._reports, []
        return reports

    @property
    def _newest(self) -> _Clip:
        return self._clips[max(self._clips)]

    def _go_on(self, now: float, *, card_is_good: bool) -> tuple[StartRecording | FinishClip, ...]:
        if self._finishing_since is not None:
            return ()
        if not self._clips:
            if now < self._retry_at or not card_is_good:
                return ()
            wish = self._wish or _Wish(input=self._camera, at=now)
            return self._start(wish, split_at=now + self._times.split_s - self._times.pre_s)
        if now < self._newest.split_at:
            return ()
        if not card_is_good:
            # It became full or read-only: the reserve is not ours to fill.
            return self._finish(now)
        return self._start(_Wish(input=self._newest.input, at=now), split_at=now + self._times.split_s)

    def _start(self, wish: _Wish, *, split_at: float) -> tuple[StartRecording, ...]:
        number = next(self._numbers)
        self._clips[number] = _Clip(input=wish.input, split_at=split_at)
        return (StartRecording(clip=number, input=wish.input, at=wish.at),)

    def _finish(self, now: float) -> tuple[FinishClip, ...]:
        if not self._clips or self._finishing_since is not None:
            return ()
        self._finishing_since = now
        return (FinishClip(),)

    def _wish_for(self, name: str, at: float) -> None:
        going_on = self._clips and self._finishing_since is None
        if self._wish is None and not going_on:
            self._wish = _Wish(input=name, at=at)

    def _miss(self, error: ActionFailed) -> None:
        if self._wish is not None:
            self._reports.append(ClipMissed(camera=self._camera, input=self._wish.input, error=error))
            self._wish = None
