"""A camera's recorder: decides when clips begin, go on and end; a media process writes them."""

from __future__ import annotations

import asyncio
import itertools
import logging
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from bridge.actions.camera_url import CameraUrl
from bridge.actions.clips_disk import ClipStore
from bridge.actions.media_child import MediaChild
from bridge.actions.media_messages import (
    Beat,
    BeginClip,
    ClipBegun,
    ClipEnded,
    EndClip,
    OpenCamera,
    PictureMissed,
    PictureTaken,
    Report,
    Ring,
    StreamCame,
    StreamWent,
    TakePicture,
)
from bridge.actions.record_plan import RecordPlan
from bridge.actions.snapshot import Picture
from bridge.actions.snapshot_media import picture_told, require_media
from bridge.errors import ActionError, ActionFailed, ActionRefused

_log = logging.getLogger(__name__)

_SILENCE_S = 20.0
"""A media process tells something once a second; one that does not hangs."""
_RETRY_CLIP_S = 10.0
_CARD_S = 20.0
"""A clip that cannot be finished for so long is given up, with the process that writes it."""
_LONGEST_PAUSE_S = 60.0
_STEADY_S = 30.0
"""A stream that lasted so long begins its back-off anew."""
_STOP_S = 5.0
_PICTURE_S = 5.0


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


RecordReport = ClipStarted | ClipFinished | ClipMissed | StreamState


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipTimes:
    """Before and after the event, the longest clip, and how long a camera may show nothing."""

    pre_s: float = 5.0
    post_s: float = 10.0
    split_s: float = 300.0
    frozen_s: float = 10.0


@dataclass(slots=True, kw_only=True)
class _Clip:
    input: str
    split_at: float
    path: str | None = None


class CameraRecorder:
    """One camera; `run` has to be a running task, and nothing else here waits for anything.

    `begin`, `extend`, `end` and `record` are called on the event loop. How it went comes through
    `report`, called on the event loop too. It is a PictureSource as well: pictures are taken from the
    ring, so that they are of the instant asked for and not of the moment after.
    """

    def __init__(
        self,
        *,
        camera: str,
        url: CameraUrl,
        store: ClipStore,
        report: Callable[[RecordReport], None],
        times: ClipTimes = ClipTimes(),
        sound: bool = True,
        ca_file: Path | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        self._camera = camera
        self._url = url
        self._store = store
        self._report = report
        self._times = times
        self._zone = zone
        self._clock = time.monotonic
        ring = Ring(pre_s=times.pre_s, sound=sound, frozen_s=times.frozen_s)
        self._open = OpenCamera(
            full_url=url.full, ca_file=None if ca_file is None else str(ca_file.absolute()), ring=ring
        )
        self._plan = RecordPlan(post_s=times.post_s)
        self._ids = itertools.count(1)
        self._clips: dict[int, _Clip] = {}
        self._pictures: dict[int, asyncio.Future[Report]] = {}
        self._child: MediaChild | None = None
        self._came: float | None = None
        self._ending_since: float | None = None
        self._leaving = False
        self._retry_at = -math.inf
        self._wish: tuple[str, float] | None = None
        """The input and the instant of a clip that is wanted and has not begun."""
        self._problem: str | None = "not connected yet"
        self._permanent = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def problem(self) -> str | None:
        """Why the stream cannot be recorded now, or None."""
        return self._problem

    @property
    def pid(self) -> int | None:
        """Of the media process that runs."""
        return None if self._child is None else self._child.pid

    def begin(self, *, input: str, at: float) -> None:  # noqa: A002 - that is what it is
        """An input's alarm began at the instant `at`: record until it ends, and the post-roll."""
        self._wanted_by(input, at)
        self._plan.begin(input)
        self._settle()

    def extend(self) -> None:
        """A re-trigger: what records goes on for at least another post-roll."""
        if self._plan.wanted(self._clock()):
            self._plan.extend(self._clock())
            self._settle()

    def end(self, *, input: str) -> None:  # noqa: A002 - the same
        """An input's alarm ended."""
        self._plan.end(input, self._clock())
        self._settle()

    def record(self, *, input: str, seconds: float, at: float) -> None:  # noqa: A002 - the same
        """A clip by command, under the name of an input or any id, without an alarm."""
        self._wanted_by(input, at)
        self._plan.run_for(seconds, self._clock())
        self._settle()

    async def run(self) -> None:
        """Keep a media process alive until cancelled; then finish the clip, within five seconds."""
        failures = 0
        try:
            while True:
                self._came = None
                reason = await self._session()
                steady = self._came is not None and self._clock() - self._came > _STEADY_S
                self._went(reason, quiet=failures > 0 and not steady)
                failures = 1 if steady else failures + 1
                pause = _LONGEST_PAUSE_S if self._permanent else min(2.0 ** (failures - 1), _LONGEST_PAUSE_S)
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - only to spread reconnects
        finally:
            if self._timer is not None:
                self._timer.cancel()

    async def picture(self, *, at: float) -> Picture:
        """From the ring; raises ActionFailed while there is no stream."""
        if self._child is None or self._came is None:
            message = f"camera {self._camera}: no stream ({self._problem})"
            raise ActionFailed(message)
        request = next(self._ids)
        answer = self._pictures[request] = asyncio.get_running_loop().create_future()
        self._child.order(TakePicture(request=request, at=at))
        try:
            async with asyncio.timeout(_PICTURE_S):
                return picture_told(await answer, at=at, shown=self._url.shown)
        except TimeoutError:
            message = f"camera {self._camera}: no picture within {_PICTURE_S:g} s"
            raise ActionFailed(message) from None
        finally:
            self._pictures.pop(request, None)

    async def close(self) -> None:
        """A PictureSource's; the recorder itself ends with the task of `run`."""

    async def _session(self) -> str:
        """One life of a media process; why it ended."""
        reason = "the media process died"
        self._permanent = False
        child = None
        try:
            require_media()
            child = self._child = await MediaChild.start(self._open)
            async for report in child.reports(silence_s=_SILENCE_S):
                if isinstance(report, StreamWent):
                    reason, self._permanent = report.reason, report.permanent
                else:
                    self._heard(report)
        except ActionError as error:
            reason, self._permanent = str(error), isinstance(error, ActionRefused)
        except asyncio.CancelledError:
            self._leaving = True
            if child is not None:
                await self._stop_for_good(child)
            raise
        finally:
            self._lost(reason)
            if child is not None:
                await child.stop()
        return reason

    async def _stop_for_good(self, child: MediaChild) -> None:
        """The bridge ends: let the clip be finished, and hear that it is."""
        child.close_input()
        try:
            async with asyncio.timeout(_STOP_S):
                async for report in child.reports(silence_s=_STOP_S):
                    self._heard(report)
        except (ActionFailed, TimeoutError):
            _log.warning("camera %s: the media process did not finish its clip in time", self._camera)

    def _heard(self, report: Report) -> None:
        match report:
            case StreamCame():
                self._came = self._clock()
                self._problem = None
                if report.left_out is not None:
                    _log.info("camera %s: clips are silent, MP4 cannot hold %s", self._camera, report.left_out)
                _log.info("camera %s: stream is there", self._camera)
                self._report(StreamState(camera=self._camera, problem=None))
            case ClipBegun() if report.clip in self._clips:
                clip = self._clips[report.clip]
                clip.path = report.path
                self._wish = None
                self._store.began(Path(report.path))
                name = self._store.name_of(Path(report.path))
                self._report(ClipStarted(camera=self._camera, input=clip.input, name=name, pre_s=report.pre_s))
            case ClipEnded() if report.clip in self._clips:
                self._ended(report.clip, report.seconds, report.error)
            case Beat() if self._ending_since is not None and self._clock() - self._ending_since > _CARD_S:
                message = "the card does not take the clip"
                raise ActionFailed(message)
            case PictureTaken() | PictureMissed():
                answer = self._pictures.get(report.request)
                if answer is not None and not answer.done():
                    answer.set_result(report)
        self._settle()

    def _ended(self, number: int, seconds: float, error: str | None) -> None:
        clip = self._clips.pop(number)
        failed = None if error is None else ActionFailed(f"camera {self._camera}: {error}")
        if not self._clips:
            self._ending_since = None
        if failed is not None:
            self._retry_at = self._clock() + _RETRY_CLIP_S
            self._wish_on(clip.input)
        if clip.path is not None:
            self._store.ended(Path(clip.path))
            name = self._store.name_of(Path(clip.path))
            self._report(ClipFinished(camera=self._camera, input=clip.input, name=name, seconds=seconds, error=failed))
        elif failed is not None and not self._plan.wanted(self._clock()):
            self._missed(failed)

    def _lost(self, reason: str) -> None:
        """The process is gone, and with it what it had not told."""
        self._child, self._came = None, None
        self._problem = reason
        for number in list(self._clips):
            self._ended(number, 0.0, reason)
        # A new process is a new try: what failed was this one's.
        self._retry_at = -math.inf
        for answer in self._pictures.values():
            if not answer.done():
                answer.set_result(PictureMissed(request=0, reason=reason))

    def _went(self, reason: str, *, quiet: bool) -> None:
        _log.log(logging.DEBUG if quiet else logging.WARNING, "camera %s: stream lost: %s", self._camera, reason)
        if not quiet:
            self._report(StreamState(camera=self._camera, problem=reason))
        self._settle()

    def _wanted_by(self, name: str, at: float) -> None:
        if not self._clips and self._wish is None:
            self._wish = (name, at)

    def _wish_on(self, name: str) -> None:
        """A clip ended too soon: another one is wanted, of now on."""
        now = self._clock()
        if self._wish is None and self._plan.wanted(now):
            self._wish = (name, now)

    def _settle(self) -> None:
        """Bring what is written in line with what is wanted; the same state twice orders nothing."""
        if self._leaving:
            return
        now = self._clock()
        if self._plan.wanted(now):
            if self._child is not None and self._came is not None:
                self._settle_clip(self._child, now)
        else:
            if self._clips and self._ending_since is None and self._child is not None:
                self._ending_since = now
                self._child.order(EndClip())
            if self._wish is not None and not self._clips:
                self._missed(ActionFailed(f"camera {self._camera}: {self._store.problem or self._problem}"))
        self._wake_later(now)

    def _settle_clip(self, child: MediaChild, now: float) -> None:
        if self._clips:
            newest = self._clips[max(self._clips)]
            if now < newest.split_at or self._ending_since is not None:
                return
            if self._store.device is None:
                # A card that became full or read-only: the reserve is not ours to fill.
                self._ending_since = now
                child.order(EndClip())
                self._wish_on(newest.input)
            else:
                self._order_clip(child, self._store.device, newest.input, now, now + self._times.split_s)
        elif now >= self._retry_at and self._store.device is not None:
            name, at = self._wish or ("clip", now)
            self._order_clip(child, self._store.device, name, at, now + self._times.split_s - self._times.pre_s)

    def _order_clip(self, child: MediaChild, device: int, name: str, at: float, split_at: float) -> None:
        number = next(self._ids)
        self._clips[number] = _Clip(input=name, split_at=split_at)
        local = (datetime.now(UTC) - timedelta(seconds=self._clock() - at)).astimezone(self._zone)
        child.order(
            BeginClip(
                clip=number,
                folder=str(self._store.folder),
                device=device,
                day=f"{local:%Y-%m-%d}",
                stem=f"{local:%H%M%S}_{name}",
                at=at,
            )
        )

    def _missed(self, error: ActionError) -> None:
        if self._wish is not None:
            name, self._wish = self._wish[0], None
            self._report(ClipMissed(camera=self._camera, input=name, error=error))

    def _wake_later(self, now: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        instants = [self._plan.deadline(now)]
        if self._plan.wanted(now):
            # Storage and stream may heal at any time; a clip that could not begin is tried once a second.
            if not self._clips:
                instants.append(max(self._retry_at, now + 1))
            elif self._ending_since is None:
                instants.append(self._clips[max(self._clips)].split_at)
        due = min((instant for instant in instants if instant is not None), default=None)
        if due is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.01, due - now), self._settle)
