"""Pictures of an alarm: the port of all kinds of cameras, and the series of one alarm.

Instants are seconds of the monotonic clock, which all processes of the machine share.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bridge.actions.camera.jpeg import measure
from bridge.errors import ActionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One whole JPEG. `offset_ms` is its distance from the requested instant; negative: taken before."""

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    taken_at: datetime
    """Wall time, UTC."""
    monotonic: float
    offset_ms: int


class PictureSource(Protocol):
    """A camera that pictures can be requested from."""

    async def picture(self, *, at: float) -> Picture:
        """Returns the available picture nearest to the instant `at`, within bounded time.

        Raises ActionFailed (a retry may help) or ActionRefused (a setting must be changed); no message contains a
        credential.
        """

    async def close(self) -> None:
        """Closes connections and processes."""


def picture_of(jpeg: bytes, *, monotonic: float, at: float) -> Picture:
    """Returns `jpeg`, taken at `monotonic`, as a picture with its offset from `at`; bytes after its end are cut off.

    Raises ActionFailed unless `jpeg` begins with one whole JPEG.
    """
    size = measure(jpeg)
    return Picture(
        jpeg=jpeg[: size.length],
        width=size.width,
        height=size.height,
        taken_at=datetime.now(UTC) - timedelta(seconds=time.monotonic() - monotonic),
        monotonic=monotonic,
        offset_ms=round((monotonic - at) * 1000),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureSeries:
    """The result of a series: the pictures, in order, and the errors of the missing ones."""

    pictures: tuple[Picture, ...]
    errors: tuple[ActionError, ...]


async def take_series(
    source: PictureSource,
    *,
    at: float,
    count: int = 1,
    interval_s: float = 1.0,
    clock: Callable[[], float] = time.monotonic,
) -> PictureSeries:
    """Takes `count` pictures (1 to 10), `interval_s` (0.5 to 60 s) apart, the first of the instant `at`.

    Returns the pictures and the errors of those that failed; raises nothing. The later ones are requested at absolute
    times, so a slow camera does not stretch the series; overdue pictures are requested at once and carry their offset.
    """
    pictures: list[Picture] = []
    errors: list[ActionError] = []
    for index in range(count):
        due = at + index * interval_s
        await asyncio.sleep(max(0.0, due - clock()))
        try:
            pictures.append(await source.picture(at=due))
        except ActionError as error:
            errors.append(error)
    return PictureSeries(pictures=tuple(pictures), errors=tuple(errors))
