"""One camera for several receivers: mail, FTP and MQTT get the same picture of the same instant."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from bridge.actions.camera.onlooker import EVERY_S, Onlooker
from bridge.actions.camera.picture import Picture, PictureSource
from bridge.errors import ActionError, ActionFailed

_log = logging.getLogger(__name__)

SAME_S = 0.05
"""Instants nearer than this count as the same: two contacts of one door."""
KEPT_S = 60.0
"""Time for which a requested picture is cached for further requests of its instant."""
KEPT_AT_MOST = 10
_AT_ONCE = 3
"""Limit of parallel requests, for the camera and for a small board that starts a process for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingRate:
    """Pictures taken continuously: `rate_hz` a second, kept for `keep_s`."""

    rate_hz: float
    keep_s: float

    @property
    def length(self) -> int:
        """The number of pictures in the ring, at least one."""
        return max(1, round(self.rate_hz * self.keep_s))


class SharedCamera:
    """Merges requests of the same instant into one, and optionally keeps a ring of recent pictures.

    Two requests for the same instant share one picture, also if the second comes after the first has ended. With a
    ring, a request gets the ring's nearest picture if that lies within half a period; the caller keeps `run` running as
    a task.
    """

    def __init__(
        self, *, source: PictureSource, ring: RingRate | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._source = source
        self._clock = clock
        self._rate = ring
        self._ring: deque[Picture] = deque(maxlen=ring.length if ring else 1)
        self._kept: deque[tuple[float, Picture]] = deque(maxlen=KEPT_AT_MOST)
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._pending: dict[float, asyncio.Future[Picture]] = {}
        self._onlooker = Onlooker(source=source, clock=clock)

    async def look(self) -> Picture:
        """Returns a recent picture for people who watch: one that was taken anyway, else one for all of them.

        Raises ActionError as the camera does, or ActionFailed if an alarm's picture comes first.
        """
        now = self._clock()
        taken = [*self._ring, *(picture for _, picture in self._kept)]
        newest = max(taken, key=lambda one: one.monotonic, default=None)
        if newest is not None and now - newest.monotonic < EVERY_S:
            return newest
        under_way = next(iter(self._pending.values()), None)
        if under_way is not None:
            return await asyncio.shield(under_way)
        return await self._onlooker.picture()

    async def picture(self, *, at: float | None = None) -> Picture:
        """Returns the picture of the instant `at` (None: now), with its offset from that.

        Raises ActionFailed or ActionRefused as the camera does.
        """
        instant = self._clock() if at is None else at
        while True:
            found = self._cached(instant)
            if found is not None:
                return _with_offset(found, instant)
            request = next((f for key, f in self._pending.items() if abs(key - instant) <= SAME_S), None)
            if request is None:
                return await self._request(instant)
            try:
                return _with_offset(await asyncio.shield(request), instant)
            except asyncio.CancelledError:
                # If the requesting task was cancelled, this one requests; if this one is cancelled, it ends.
                if not request.cancelled() or _being_cancelled():
                    raise

    async def run(self) -> None:
        """Keeps the ring filled until cancelled; returns at once if there is none."""
        if self._rate is None:
            return
        period = 1 / self._rate.rate_hz
        due = self._clock()
        failing = False
        while True:
            try:
                self._ring.append(await self._source.picture(at=self._clock()))
                if failing:
                    _log.info("camera ring: pictures arrive again")
                failing = False
            except ActionError as error:
                _log.log(logging.DEBUG if failing else logging.WARNING, "camera ring: no picture: %s", error)
                failing = True
            # A camera slower than the rate is asked again after a full period, never in a burst.
            due = max(due + period, self._clock())
            await asyncio.sleep(due - self._clock())

    async def close(self) -> None:
        """Closes the camera."""
        self._onlooker.give_way()
        await self._source.close()

    def _cached(self, instant: float) -> Picture | None:
        """Returns a picture of this instant that was taken before, or the ring's if near enough; else None."""
        now = self._clock()
        while self._kept and now - self._kept[0][0] > KEPT_S:
            self._kept.popleft()
        same = [p for key, p in self._kept if abs(key - instant) <= SAME_S]
        if same:
            return same[-1]
        if self._rate is None or not self._ring:
            return None
        nearest = min(self._ring, key=lambda p: abs(p.monotonic - instant))
        return nearest if abs(nearest.monotonic - instant) <= 0.5 / self._rate.rate_hz else None

    async def _request(self, instant: float) -> Picture:
        """Requests a picture from the camera, for this caller and those that join; returns it. Raises ActionError."""
        self._onlooker.give_way()
        request: asyncio.Future[Picture] = asyncio.get_running_loop().create_future()
        self._pending[instant] = request
        try:
            async with self._at_once:
                picture = await self._source.picture(at=instant)
        except ActionError as error:
            request.set_exception(error)
            request.exception()  # marked as retrieved: there may be no second receiver
            raise
        except asyncio.CancelledError:
            request.cancel()
            raise
        except Exception as error:
            request.set_exception(ActionFailed(f"the camera's adapter failed ({type(error).__name__})"))
            request.exception()
            raise
        else:
            request.set_result(picture)
            self._kept.append((instant, picture))
            return picture
        finally:
            del self._pending[instant]


def _with_offset(picture: Picture, instant: float) -> Picture:
    """Returns the picture with its offset from `instant`."""
    return replace(picture, offset_ms=round((picture.monotonic - instant) * 1000))


def _being_cancelled() -> bool:
    """Returns whether the current task is being cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
