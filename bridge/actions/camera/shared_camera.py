"""One camera for all that want its pictures: mail, FTP and MQTT get the same one of the same instant."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from bridge.actions.camera.picture import Picture, PictureSource
from bridge.errors import ActionError, ActionFailed

_log = logging.getLogger(__name__)

SAME_S = 0.05
"""Instants nearer than this are the same one: two contacts of one door."""
KEPT_S = 60.0
"""So long a picture that was asked for is given again to whoever asks for its instant."""
KEPT_AT_MOST = 10
_AT_ONCE = 3
"""A camera, and a small board that starts a process a picture, is asked for so many at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RingRate:
    """Pictures taken all the time: `rate_hz` a second, kept for `keep_s`."""

    rate_hz: float
    keep_s: float

    @property
    def length(self) -> int:
        """How many pictures that is, at least one."""
        return max(1, round(self.rate_hz * self.keep_s))


class SharedCamera:
    """Single flight and, if wanted, a ring of recent pictures, in front of a camera.

    Two who ask for the same instant share one request, also when the second comes after its end.
    With a ring, the picture nearest to the instant is given when it lies within half a period;
    `run` must then be a running task.
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
        self._flights: dict[float, asyncio.Future[Picture]] = {}

    async def picture(self, *, at: float | None = None) -> Picture:
        """The picture of the instant `at` (default: now); raises what the camera raises."""
        wanted = self._clock() if at is None else at
        while True:
            found = self._remembered(wanted)
            if found is not None:
                return _seen_from(found, wanted)
            flight = next((f for key, f in self._flights.items() if abs(key - wanted) <= SAME_S), None)
            if flight is None:
                return await self._fly(wanted)
            try:
                return _seen_from(await asyncio.shield(flight), wanted)
            except asyncio.CancelledError:
                # Whoever fetched was cancelled: then it is our turn; if it is us, we end here.
                if not flight.cancelled() or _being_cancelled():
                    raise

    async def run(self) -> None:
        """Keep the ring filled, until cancelled; returns at once when there is none."""
        if self._rate is None:
            return
        period = 1 / self._rate.rate_hz
        due = self._clock()
        failing = False
        while True:
            try:
                self._ring.append(await self._source.picture(at=self._clock()))
                if failing:
                    _log.info("pictures come again")
                failing = False
            except ActionError as error:
                _log.log(logging.DEBUG if failing else logging.WARNING, "no picture for the ring: %s", error)
                failing = True
            # A camera slower than the rate is asked again after a full period, never in a burst.
            due = max(due + period, self._clock())
            await asyncio.sleep(due - self._clock())

    async def close(self) -> None:
        """Close the camera."""
        await self._source.close()

    def _remembered(self, wanted: float) -> Picture | None:
        now = self._clock()
        while self._kept and now - self._kept[0][0] > KEPT_S:
            self._kept.popleft()
        same = [p for key, p in self._kept if abs(key - wanted) <= SAME_S]
        if same:
            return same[-1]
        if self._rate is None or not self._ring:
            return None
        nearest = min(self._ring, key=lambda p: abs(p.monotonic - wanted))
        return nearest if abs(nearest.monotonic - wanted) <= 0.5 / self._rate.rate_hz else None

    async def _fly(self, wanted: float) -> Picture:
        flight: asyncio.Future[Picture] = asyncio.get_running_loop().create_future()
        self._flights[wanted] = flight
        try:
            async with self._at_once:
                picture = await self._source.picture(at=wanted)
        except ActionError as error:
            flight.set_exception(error)
            flight.exception()  # nobody may be waiting: that is no fault
            raise
        except asyncio.CancelledError:
            flight.cancel()
            raise
        except Exception as error:
            flight.set_exception(ActionFailed(f"the camera's adapter failed ({type(error).__name__})"))
            flight.exception()
            raise
        else:
            flight.set_result(picture)
            self._kept.append((wanted, picture))
            return picture
        finally:
            del self._flights[wanted]


def _seen_from(picture: Picture, wanted: float) -> Picture:
    return replace(picture, offset_ms=round((picture.monotonic - wanted) * 1000))


def _being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
