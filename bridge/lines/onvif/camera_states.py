"""The cameras' presence, from the reports of the process: a camera that fails for ten seconds is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

AWAY_S: Final = 10.0
"""So long what was last heard stands without a subscription."""


class CameraState:
    """One camera. `found` is called when its subscription stands, `lost` with the problem once it has failed too long.

    It counts as failing from the start on, until it is found.
    """

    def __init__(self, camera: str, *, found: Callable[[], None], lost: Callable[[str], None]) -> None:
        self._found = found
        self._lost = lost
        self._problem = f"camera {camera} has not answered yet"
        self._timer: asyncio.TimerHandle | None = None
        self.is_subscribed = False
        self.given_up: str | None = None
        """The problem since the camera was lost; None before, and while it is found."""

    def subscribed(self) -> None:
        """The subscription stands."""
        self._stop()
        self.is_subscribed, self.given_up = True, None
        self._found()

    def failed(self, problem: str, *, at: float | None = None) -> None:
        """There is none, since an instant of the monotonic clock; the earliest of several in a row counts."""
        self.is_subscribed = False
        self._problem = problem
        if self._timer is None:
            since_s = 0.0 if at is None else max(0.0, time.monotonic() - at)
            self._timer = asyncio.get_running_loop().call_later(max(0.0, AWAY_S - since_s), self._give_up)

    def close(self) -> None:
        """Reports nothing more."""
        self._stop()

    def _give_up(self) -> None:
        # The timer stays: until the camera is found, it has been given up.
        self.given_up = self._problem
        self._lost(self._problem)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
