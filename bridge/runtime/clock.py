"""The two clocks: time, steps of the wall clock, and its synchronisation."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bridge.core.facts import Now
from bridge.system.timerfd import ABSOLUTE, CANCEL_ON_SET, TimerFd

log = logging.getLogger(__name__)

STEP_S = 2.0
"""Wall clock jumps up to this are corrections (`behaviour.md` 3)."""

_LOCALTIME = Path("/etc/localtime")
_FAR_S = 2**31 - 1
_STA_UNSYNC = 0x40


def zone(name: str | None) -> tzinfo:
    """Returns the time zone called `name`, or for None the system's: `TZ`, then /etc/localtime, then UTC.

    Raises `ZoneInfoNotFoundError` for a name that the system does not know.
    """
    if name is None:
        name = os.environ.get("TZ", "").lstrip(":") or None
    if name is not None and not name.startswith("/"):
        return ZoneInfo(name)
    file = Path(name) if name else _LOCALTIME
    if not file.exists():
        return ZoneInfo("UTC")
    _, _, known = str(file.resolve()).partition("/zoneinfo/")
    if known:
        with suppress(ZoneInfoNotFoundError):
            return ZoneInfo(known)
    with file.open("rb") as opened:
        return ZoneInfo.from_file(opened, key=str(file))


class Clock:
    """The time in one zone, which may be changed."""

    def __init__(self, timezone: str | None) -> None:
        self.zone = zone(timezone)

    def now(self) -> Now:
        """Returns the time on both clocks."""
        return Now(monotonic=time.monotonic(), local=datetime.now(self.zone))


class _Timex(ctypes.Structure):
    """The head of struct timex, adjtimex(2); the kernel writes more than these fields."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("max_error", ctypes.c_long),
        ("estimated_error", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def is_synchronised() -> bool:
    """Returns whether the kernel holds the wall clock for synchronised (adjtimex); False if it cannot be queried."""
    timex = _Timex()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.adjtimex(ctypes.byref(timex)) < 0:
        log.debug("adjtimex: %s", os.strerror(ctypes.get_errno()))
        return False
    return not timex.status & _STA_UNSYNC


def wall_offset_s() -> float:
    """Returns the seconds by which the wall clock is ahead of the monotonic one; a step changes the value."""
    return time.time() - time.monotonic()


class StepMeter:
    """Detects steps of the wall clock by its offset to the monotonic one.

    Small corrections add up until together they are a step.
    """

    def __init__(self, offset_s: float) -> None:
        self._offset_s = offset_s

    def step_s(self, offset_s: float) -> float | None:
        """Returns by how many seconds the wall clock has stepped, given its offset now.

        None while that is at most `STEP_S`. A step that was returned is the base of the next one.
        """
        step_s = offset_s - self._offset_s
        if abs(step_s) <= STEP_S:
            return None
        self._offset_s = offset_s
        return step_s


class StepWatch:
    """Calls `stepped` with the seconds of each step of the wall clock, in the event loop.

    The kernel reports that the clock was set (timerfd_create(2)), so nothing polls. Where it has no such timer, steps
    are not detected here, which is logged.
    """

    def __init__(self, *, stepped: Callable[[float], None], offset_s: Callable[[], float] = wall_offset_s) -> None:
        self._stepped = stepped
        self._offset_s = offset_s
        self._meter = StepMeter(offset_s())
        self._timer: TimerFd | None = None
        try:
            self._timer = TimerFd(time.CLOCK_REALTIME)
        except OSError as error:
            log.warning("steps of the clock will not be noticed at once: %s", error)
            return
        self._arm(self._timer)
        asyncio.get_running_loop().add_reader(self._timer.fileno(), self._set, self._timer)

    def close(self) -> None:
        """Stops watching the clock; a second call does nothing."""
        timer, self._timer = self._timer, None
        if timer is not None:
            asyncio.get_running_loop().remove_reader(timer.fileno())
            timer.close()

    def _arm(self, timer: TimerFd) -> None:
        """Sets a timer in the far future that the kernel cancels when the clock is set."""
        try:
            timer.set(min(int(time.time()) + 10 * 365 * 86400, _FAR_S), ABSOLUTE | CANCEL_ON_SET)
        except OSError as error:  # it is readable again
            log.debug("the wall clock was set meanwhile: %s", error)

    def _set(self, timer: TimerFd) -> None:
        """Handles a set clock (the read fails with ECANCELED), and the end of the timer."""
        try:
            timer.read()
        except OSError as error:
            log.debug("the wall clock was set: %s", error)
        self._arm(timer)
        step_s = self._meter.step_s(self._offset_s())
        if step_s is not None:
            self._stepped(step_s)
