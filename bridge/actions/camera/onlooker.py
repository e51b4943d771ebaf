"""Pictures for people who watch a camera: few, shared by all of them, and none while an alarm needs the camera."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bridge.actions.camera.picture import Picture, PictureSource
from bridge.errors import ActionError, ActionFailed

EVERY_S = 3.0
"""Shortest time between two pictures, however many people watch."""
FIRST = "an alarm's picture is taken first"
SHARE = 4
"""A picture that took so long is followed by a rest of so many times that: a small board decodes a stream for it."""


class Onlooker:
    """Requests pictures of one camera for everybody who watches it: one at a time, seldom, and never beside an alarm's.

    Nothing is requested unless somebody asks for it.
    """

    def __init__(self, *, source: PictureSource, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._clock = clock
        self._task: asyncio.Task[Picture] | None = None
        self._last: Picture | ActionError | None = None
        self._rests_until = float("-inf")

    async def picture(self) -> Picture:
        """Returns the last picture, or a new one if that is old enough.

        Raises ActionError as the camera does, also for everybody who asks soon after, and ActionFailed if an alarm's
        picture came first.
        """
        if self._task is None:
            if self._last is not None and self._clock() < self._rests_until:
                if isinstance(self._last, ActionError):
                    raise self._last
                return self._last
            self._task = asyncio.create_task(self._request(), name="picture for onlookers")
        task = self._task
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                raise
            raise ActionFailed(FIRST) from None

    def give_way(self) -> None:
        """Ends the request under way, if there is one: the camera is needed for an alarm."""
        if self._task is not None:
            self._task.cancel()

    async def _request(self) -> Picture:
        begun = self._clock()
        try:
            self._last = await self._source.picture(at=begun)
        except ActionError as error:
            self._last = error
            raise
        else:
            return self._last
        finally:
            took_s = self._clock() - begun
            self._rests_until = begun + max(EVERY_S, (1 + SHARE) * took_s)
            self._task = None
