"""The pictures of one alarm: taken once, shared by mail, upload and MQTT."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bridge.actions.camera.picture import Picture, take_series
from bridge.core.facts import ActionEnded, Now
from bridge.errors import ActionFailed
from bridge.linkage.delivery.job_bodies import KeptPicture, UploadJob, body_of, mail_job, upload_job
from bridge.linkage.delivery.picture_cache import PictureCache
from bridge.store.job import Job

if TYPE_CHECKING:
    from bridge.actions.camera.shared_camera import SharedCamera
    from bridge.linkage.delivery.delivery_queue import DeliveryQueue

log = logging.getLogger(__name__)

PATIENCE_S = 30.0
"""Time after the last picture was due, at which a mail goes without the missing ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureOrder:
    """An order of `count` pictures, from the instant `at` (monotonic) on.

    `messages` are the held jobs that wait for all of them, `uploads` those that wait for one each. The first
    is the picture on MQTT, if it `is_published`. `kind` is for the path template. `alarm` is the id of the
    alarm's journal entry; None for an order by command.
    """

    camera: str
    input: str | None
    at: float
    time: datetime
    seq: int
    kind: str
    count: int = 1
    interval_s: float = 0.5
    messages: tuple[Job, ...] = ()
    uploads: tuple[Job, ...] = ()
    by: str | None = None
    alarm: str | None = None
    is_published: bool = True


class PictureTaker:
    """Takes pictures and passes each on at once; messages are released after the last.

    `queues` are those of all channels, by their keys.
    """

    def __init__(
        self,
        *,
        queues: Mapping[str, DeliveryQueue],
        cache: PictureCache,
        now: Callable[[], Now],
        report: Callable[[ActionEnded], None],
        show: Callable[[PictureOrder, bytes], None],
        device: Callable[[], str],
    ) -> None:
        self._queues = queues
        self._cache = cache
        self._now = now
        self._report = report
        self._show = show
        self._device = device

    async def take(self, order: PictureOrder, camera: SharedCamera | None) -> None:
        """Takes all pictures of an order. A picture that fails is reported, and never replaced by another.

        The messages are released in any case. If the program ends meanwhile, they go at the next start, with the
        pictures taken until then and a note on the missing ones; an upload whose picture was not taken is reported
        then. `camera` None means that the camera gives no pictures.
        """
        end = order.at + (order.count - 1) * order.interval_s + PATIENCE_S
        kept: list[KeptPicture] = []
        errors: list[str] = []
        try:
            for number in range(1, order.count + 1):
                due = order.at + (number - 1) * order.interval_s
                picture, error = await self._picture(order, camera, due, end)
                if picture is not None and number == 1:
                    self._show(order, picture.jpeg)
                if picture is not None and (order.messages or order.uploads):
                    kept.append(await self._keep(order, picture, number))
                    self._attach(order, kept)
                errors += [error] if error else []
                self._report_end(order, picture, error)
                if picture is None:
                    self._abandon(order, error or "", number)
            self._attach(order, kept, missing="; ".join(dict.fromkeys(errors)) or None)
        finally:
            self._release(order)

    def refuse(self, order: PictureOrder, error: str) -> None:
        """Reports that no picture of the order is taken, for the reason `error`, and releases the messages."""
        self._report_end(order, None, error)
        self._abandon(order, error)
        self._attach(order, [], missing=error)
        self._release(order)

    async def _picture(
        self, order: PictureOrder, camera: SharedCamera | None, at: float, end: float
    ) -> tuple[Picture | None, str | None]:
        """Returns the picture of the instant `at` and None, or None and the reason; gives up at the instant `end`."""
        if camera is None:
            return None, f"camera {order.camera} gives no pictures"
        try:
            async with asyncio.timeout(max(end - self._now().monotonic, 0.0)):
                series = await take_series(camera, at=at, clock=lambda: self._now().monotonic)
        except TimeoutError:
            return None, f"camera {order.camera} did not answer in time"
        except Exception as error:
            log.exception("camera %s", order.camera)
            return None, str(ActionFailed(f"camera {order.camera}: fault inside: {type(error).__name__}"))
        return (series.pictures[0], None) if series.pictures else (None, str(series.errors[0]))

    async def _keep(self, order: PictureOrder, picture: Picture, number: int) -> KeptPicture:
        """Stores a picture and releases its uploads. Returns its place in the cache."""
        file = await self._cache.keep(picture.jpeg)
        for job in _of_picture(order, number):
            body = replace(upload_job(job.body), file=file)
            self._queues[job.kind].update(replace(job, body=body_of(body), pictures=(file,)))
            self._queues[job.kind].release(job.id)
        name = f"{order.input or self._device()}-{order.seq}-{number}.jpg"
        return KeptPicture(file=file, name=name, taken_at=picture.taken_at, offset_ms=picture.offset_ms)

    def _attach(self, order: PictureOrder, pictures: list[KeptPicture], **missing: str | None) -> None:
        """Puts the pictures taken so far into the messages' jobs: a kill loses only those that were not taken.

        `missing` sets the reason why pictures are missing; left out, the present one stays.
        """
        files = tuple(each.file for each in pictures)
        for job in order.messages:
            old = mail_job(job.body)
            lacks = missing.get("missing", old.pictures_missing)
            body = body_of(replace(old, pictures=tuple(pictures), pictures_missing=lacks))
            self._queues[job.kind].update(replace(job, body=body, pictures=files))

    def _abandon(self, order: PictureOrder, error: str, number: int | None = None) -> None:
        """Reports the uploads of picture `number`, or of all for None, as failed, and removes them."""
        for job in order.uploads if number is None else _of_picture(order, number):
            self._queues[job.kind].abandon(job, f"no picture: {error}")

    def _release(self, order: PictureOrder) -> None:
        """Makes all jobs of the order due."""
        for job in (*order.messages, *order.uploads):
            self._queues[job.kind].release(job.id)

    def _report_end(self, order: PictureOrder, picture: Picture | None, error: str | None) -> None:
        self._report(
            ActionEnded(
                kind="snapshot",
                reason="failed" if picture is None else "taken",
                input=order.input,
                by=order.by,
                error=error,
                seconds=None if picture is None else picture.offset_ms / 1000,
                alarm=order.alarm,
            )
        )


def upload_jobs(order: PictureOrder, channels: Iterable[str], now: Now) -> tuple[Job, ...]:
    """Returns a job for each picture of an order and each channel; the picture is attached once it is taken."""
    bodies = [
        UploadJob(
            input=order.input,
            camera=order.camera,
            time=order.time,
            kind=order.kind,
            picture=number,
            by=order.by,
            alarm=order.alarm,
        )
        for number in range(1, order.count + 1)
    ]
    return tuple(
        new_job(channel, order.seq, body_of(body), now, number=body.picture) for channel in channels for body in bodies
    )


def _of_picture(order: PictureOrder, number: int) -> list[Job]:
    """Returns the order's uploads of picture `number`."""
    return [job for job in order.uploads if upload_job(job.body).picture == number]


def new_job(kind: str, seq: int, body: str, now: Now, *, number: int = 1, pictures: tuple[str, ...] = ()) -> Job:
    """Returns a job that is due now; its id is unique for each kind, `seq` and `number`."""
    return Job(
        id=f"{kind}-{seq}-{number}",
        kind=kind,
        seq=seq,
        created=now.local,
        due=now.local,
        body=body,
        pictures=pictures,
    )
