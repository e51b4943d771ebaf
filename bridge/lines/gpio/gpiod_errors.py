"""Errors of the gpiod package, as the `LineError` that each of them means.

They are not only `OSError`: EINVAL comes as ValueError, EOPNOTSUPP as NotImplementedError.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import gpiod

from bridge.errors import LineBusy, LineDenied, LineError, LineMissing

LIBRARY_ERRORS = (OSError, ValueError, NotImplementedError, gpiod.RequestReleasedError, gpiod.ChipClosedError)


@contextmanager
def line_errors(terminal: str, place: str) -> Iterator[None]:
    """Raises a `LineError` that says what can be done in place of the library's exception in the `with` block."""
    try:
        yield
    except LIBRARY_ERRORS as error:
        raise line_error(terminal, place, error) from error


def line_error(terminal: str, place: str, error: Exception) -> LineError:
    """Returns the `LineError`, or its subclass, for an exception of the library."""
    match error:
        case PermissionError():
            return LineDenied(terminal, f"no permission for {place} (its group, often gpio, may)")
        case OSError(errno=errno.ENODEV | errno.ENOENT | errno.ENXIO):
            return LineMissing(terminal, f"{place} is gone, or its chip cannot do this")
        case OSError(errno=errno.EBUSY):
            return LineBusy(terminal, f"{place} is held by another program")
        case OSError():
            return LineError(terminal, f"{place}: {error.strerror or error}")
        case ValueError() | NotImplementedError():
            return LineError(terminal, f"{place} cannot be used with these settings: {error}")
        case _:
            return LineMissing(terminal, f"{place} is not held any more")
