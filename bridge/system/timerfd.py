"""Timers of the kernel as file descriptors, timerfd_create(2): Python has them from 3.13 on, libc everywhere."""

from __future__ import annotations

import ctypes
import math
import os
from typing import Final

ABSOLUTE: Final = 1
CANCEL_ON_SET: Final = 2
"""A read fails once the wall clock was set; with `ABSOLUTE`, on CLOCK_REALTIME."""
_NANOSECONDS = 1_000_000_000


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class TimerFd:
    """One timer; readable once it has rung. A read without `blocks` fails before that, and with it waits.

    Raises:
        OSError: from the constructor, if the kernel has no such timer.
    """

    def __init__(self, clock: int, *, blocks: bool = False) -> None:
        flags = os.O_CLOEXEC | (0 if blocks else os.O_NONBLOCK)
        self._libc = ctypes.CDLL(None, use_errno=True)
        try:
            self._fd: int = self._libc.timerfd_create(clock, flags)
        except AttributeError as error:
            message = "this C library has no timerfd_create"
            raise OSError(message) from error
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        self._value = _Itimerspec()
        self._reference = ctypes.byref(self._value)

    def fileno(self) -> int:
        """Returns the descriptor."""
        return self._fd

    def set(self, at: float | None, flags: int = ABSOLUTE) -> None:
        """Sets the timer to an instant of its clock, in seconds; None stops it. One that has rung is quiet again.

        Raises:
            OSError: the kernel refuses the instant.
        """
        value = self._value.value
        if at is None:
            value.seconds = value.nanoseconds = 0
        else:
            # Rounded up: it never rings before the instant. Zero would stop it.
            value.seconds, value.nanoseconds = divmod(max(math.ceil(at * _NANOSECONDS), 1), _NANOSECONDS)
        if self._libc.timerfd_settime(self._fd, flags, self._reference, None) < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def read(self) -> None:
        """Makes a timer that has rung quiet.

        Raises:
            OSError: it has not rung, or the wall clock was set.
        """
        os.read(self._fd, 8)

    def close(self) -> None:
        """Closes the descriptor."""
        os.close(self._fd)
