"""A camera's recorder: keeps a media process alive, and sends it the orders of the clip planner."""

from __future__ import annotations

import asyncio
import itertools
import logging
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

from bridge.actions.camera.picture import Picture
from bridge.actions.camera.stream_source import picture_of_report, require_media
from bridge.actions.media.child import MediaChild
from bridge.actions.media.messages import (
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
    StreamEnded,
    StreamStarted,
    TakePicture,
)
from bridge.actions.recording.clip_planner import ClipPlanner, StartRecording
from bridge.actions.recording.clip_store import ClipStore
from bridge.actions.recording.reports import ClipTimes, RecordReport, StreamState
from bridge.errors import ActionError, ActionFailed, ActionRefused
from bridge.system.backoff import Backoff
from bridge.text.device_url import DeviceUrl

_log = logging.getLogger(__name__)

_CARD_S = 20.0
"""Limit for finishing a clip; above it the clip is given up, with its process."""
_RECONNECTS = Backoff(first_s=1.0, longest_s=60.0, least=0.8, most=1.2)
_STEADY_S = 30.0
"""Duration of a stream after which its back-off starts over."""
_STOP_S = 5.0
_PICTURE_S = 5.0


class CameraRecorder:
    """One camera's recorder; the caller keeps `run` running as a task.

    `begin`, `end` and `record` are called on the event loop and never block. Results come through `report`, called on
    the event loop too. It is a PictureSource as well: pictures come from the ring, so that they are of the requested
    instant and not of the moment after.
    """

    def __init__(
        self,
        *,
        camera: str,
        url: DeviceUrl,
        store: ClipStore,
        report: Callable[[RecordReport], None],
        times: ClipTimes,
        sound: bool = True,
        ca_file: Path | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        self._camera = camera
        self._silence_s = times.silence_s
        self._url = url
        self._store = store
        self._report = report
        self._zone = zone
        self._planner = ClipPlanner(camera=camera, times=times)
        ring = Ring(pre_s=times.pre_s, sound=sound, frozen_s=times.frozen_s)
        ca_path = None if ca_file is None else str(ca_file.absolute())
        self._open = OpenCamera(full_url=url.full, ca_file=ca_path, ring=ring)
        self._requests = itertools.count(1)
        self._pictures: dict[int, asyncio.Future[Report]] = {}
        self._child: MediaChild | None = None
        self._problem: str | None = "not connected yet"
        self._timer: asyncio.TimerHandle | None = None
        self._leaving = False

    @property
    def problem(self) -> str | None:
        """The reason why the stream cannot be recorded now, or None."""
        return self._problem

    @property
    def pid(self) -> int | None:
        """The process id of the running media process, or None."""
        return None if self._child is None else self._child.pid

    def begin(self, *, input: str, at: float) -> None:  # noqa: A002 - that is what it is
        """Records an alarm of `input`, which began or was triggered again at `at`, to its end and the post-roll."""
        self._planner.begin(input, at=at)
        self._settle()

    def end(self, *, input: str) -> None:  # noqa: A002 - the same
        """Begins the post-roll, for the alarm of `input` has ended."""
        self._planner.end(input, time.monotonic())
        self._settle()

    def record(self, *, input: str, seconds: float, at: float) -> None:  # noqa: A002 - the same
        """Records by command, without an alarm, until `seconds` from now at least; a clip under way goes on instead.

        A new clip has the pre-roll before `at` (monotonic), and `input`, any id, in its name. A clip that cannot begin
        is reported as missed.
        """
        self._planner.record(input, seconds=seconds, at=at, now=time.monotonic())
        self._settle()

    async def picture(self, *, at: float) -> Picture:
        """Returns the picture nearest to `at` from the ring.

        Raises:
            ActionFailed: there is no stream, no answer in time, or no picture that can be decoded.
            ActionRefused: the media process refuses for ever.
        """
        if self._child is None or self._problem is not None:
            message = f"camera {self._camera}: no stream ({self._problem})"
            raise ActionFailed(message)
        request = next(self._requests)
        answer = self._pictures[request] = asyncio.get_running_loop().create_future()
        self._child.order(TakePicture(request=request, at=at))
        try:
            async with asyncio.timeout(_PICTURE_S):
                return picture_of_report(await answer, at=at, shown=self._url.shown)
        except TimeoutError:
            message = f"camera {self._camera}: no picture within {_PICTURE_S:g} s"
            raise ActionFailed(message) from None
        finally:
            del self._pictures[request]

    async def close(self) -> None:
        """Does nothing: the recorder ends with the task of `run`."""

    async def run(self) -> None:
        """Keeps a media process running until cancelled, with longer pauses after each failure; then finishes the clip.

        The finish takes five seconds at most.
        """
        failures, is_reported = 0, False
        try:
            while True:
                begin = time.monotonic()
                end, started = await self._session()
                # The loss is reported once, until the stream has started again.
                self._report_lost(end.reason, quiet=is_reported and not started)
                is_reported = True
                failures = 1 if started and time.monotonic() - begin > _STEADY_S else failures + 1
                if end.permanent:
                    failures = _RECONNECTS.failures_to_longest
                await asyncio.sleep(_RECONNECTS.wait_s(failures, random.random()))  # noqa: S311 - only to spread reconnects
        finally:
            if self._timer is not None:
                self._timer.cancel()

    async def _session(self) -> tuple[StreamEnded, bool]:
        """Runs one media process to its end. Returns the reason of the end, and whether the stream had started."""
        end = StreamEnded(reason="the media process died")
        started = False
        child = None
        try:
            require_media()
            child = self._child = await MediaChild.start(self._open)
            async for report in child.reports(silence_s=self._silence_s):
                if isinstance(report, StreamEnded):
                    end = report
                else:
                    self._handle(report)
                    started = started or isinstance(report, StreamStarted)
        except ActionError as error:
            end = StreamEnded(reason=str(error), permanent=isinstance(error, ActionRefused))
        except asyncio.CancelledError:
            if child is not None:
                await self._stop_for_good(child)
            raise
        finally:
            self._lost(end.reason)
            if child is not None:
                await child.stop()
        return end, started

    async def _stop_for_good(self, child: MediaChild) -> None:
        """Ends the process with the bridge: waits while it finishes its clip, and handles its last reports."""
        self._leaving = True
        child.close_input()
        try:
            async with asyncio.timeout(_STOP_S):
                async for report in child.reports(silence_s=_STOP_S):
                    self._handle(report)
        except (ActionFailed, TimeoutError):
            _log.warning(
                "camera %s: the media process did not finish its clip within %g s; the clip's end may be missing",
                self._camera,
                _STOP_S,
            )

    def _handle(self, report: Report) -> None:
        """Handles a report. Raises ActionFailed if the card does not accept a clip's end in time."""
        now = time.monotonic()
        match report:
            case StreamStarted():
                self._report_started(report.left_out)
            case ClipBegun():
                name = self._store.name_of(Path(report.path))
                self._store.began(name)
                self._planner.begun(report.clip, name=name, pre_s=report.pre_s)
            case ClipEnded():
                name = self._planner.ended(report.clip, seconds=report.seconds, error=report.error, now=now) or ""
                self._store.ended(name)
            case PictureTaken() | PictureMissed():
                answer = self._pictures.get(report.request)
                if answer is not None and not answer.done():
                    answer.set_result(report)
            case Beat() if self._planner.stuck(now, after_s=_CARD_S):
                message = "the card does not take the clip"
                raise ActionFailed(message)
        self._settle()

    def _lost(self, reason: str) -> None:
        """Ends the clips and picture requests of a process that is gone."""
        self._child, self._problem = None, reason
        for name in self._planner.lost(reason, time.monotonic()):
            self._store.ended(name)
        for answer in self._pictures.values():
            if not answer.done():
                answer.set_result(PictureMissed(request=0, reason=reason))
        self._settle()

    def _report_started(self, left_out: str | None) -> None:
        self._problem = None
        self._planner.came()
        _log.info("camera %s: stream is there", self._camera)
        if left_out is not None:
            _log.info("camera %s: clips are silent, MP4 cannot hold %s", self._camera, left_out)
        self._report(StreamState(camera=self._camera, problem=None))

    def _report_lost(self, reason: str, *, quiet: bool) -> None:
        _log.log(logging.DEBUG if quiet else logging.WARNING, "camera %s: stream lost: %s", self._camera, reason)
        if not quiet:
            self._report(StreamState(camera=self._camera, problem=reason))

    def _settle(self) -> None:
        """Sends the planner's orders to the process, passes its reports on, and sets the timer of the next call."""
        now = time.monotonic()
        child, device = self._child, self._store.device
        if not self._leaving:
            for order in self._planner.settle(now, card=self._store.problem, stream=self._problem):
                if child is None:
                    continue
                if not isinstance(order, StartRecording):
                    child.order(EndClip())
                elif device is not None:
                    child.order(self._order_of(order, device, now))
            self._wake_at(self._planner.wake_at(now), now)
        for report in self._planner.take_reports():
            self._report(report)

    def _order_of(self, start: StartRecording, device: int, now: float) -> BeginClip:
        """Returns the order that begins a clip, named by the local time of its alarm."""
        local = (datetime.now(UTC) - timedelta(seconds=now - start.at)).astimezone(self._zone)
        return BeginClip(
            clip=start.clip,
            folder=str(self._store.folder),
            device=device,
            day=f"{local:%Y-%m-%d}",
            stem=f"{local:%H%M%S}_{start.input}",
            at=start.at,
        )

    def _wake_at(self, due: float | None, now: float) -> None:
        """Replaces the timer by one for `due`, or by none for None."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due is not None:
            self._timer = asyncio.get_running_loop().call_later(max(0.01, due - now), self._settle)
