"""The pictures of one alarm: taken once, shared by mail, upload and MQTT."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bridge.actions.camera.picture import Picture, take_series
from bridge.core.facts import ActionEnded, Now
from bridge.errors import ActionFailed
from bridge.linkage.delivery.job_bodies import KeptPicture, UploadJob, body_of, mail_job
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

    `mail` is the held job that waits for them; with `upload` each is uploaded. The first is the
    picture on MQTT. `kind` is for the path template.
    """

    camera: str
    input: str | None
    at: float
    time: datetime
    seq: int
    kind: str
    count: int = 1
    interval_s: float = 0.5
    mail: Job | None = None
    upload: bool = False
    by: str | None = None


class PictureTaker:
    """Takes pictures and passes each on at once; the mail is released after the last."""

    def __init__(
        self,
        *,
        mail: DeliveryQueue,
        uploads: DeliveryQueue,
        cache: PictureCache,
        now: Callable[[], Now],
        report: Callable[[ActionEnded], None],
        show: Callable[[str | None, bytes], None],
        device: Callable[[], str],
    ) -> None:
        self._mail = mail
        self._uploads = uploads
        self._cache = cache
        self._now = now
        self._report = report
        self._show = show
        self._device = device

    async def take(self, order: PictureOrder, camera: SharedCamera | None) -> None:
        """Takes all pictures of an order. One that fails is reported, and never replaced by another.

        The mail is released in any case. After an end of the program meanwhile, the mail goes at the next
        start, with the pictures taken until then and a note on the missing ones.
        """
        end = order.at + (order.count - 1) * order.interval_s + PATIENCE_S
        kept: list[KeptPicture] = []
        errors: list[str] = []
        try:
            for number in range(1, order.count + 1):
                due = order.at + (number - 1) * order.interval_s
                picture, error = await self._picture(order, camera, due, end)
                if picture is not None and number == 1:
                    self._show(order.input, picture.jpeg)
                if picture is not None and (order.mail is not None or order.upload):
                    kept.append(await self._keep(order, picture, number))
                    self._attach(order.mail, kept)
                errors += [error] if error else []
                self._report_end(order, picture, error)
            if order.mail is not None:
                self._attach(order.mail, kept, missing="; ".join(dict.fromkeys(errors)) or None)
        finally:
            if order.mail is not None:
                self._mail.release(order.mail.id)

    def refuse(self, order: PictureOrder, error: str) -> None:
        """Reports that no picture is taken, and releases the mail."""
        self._report_end(order, None, error)
        if order.mail is not None:
            self._attach(order.mail, [], missing=error)
            self._mail.release(order.mail.id)

    async def _picture(
        self, order: PictureOrder, camera: SharedCamera | None, at: float, end: float
    ) -> tuple[Picture | None, str | None]:
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
        """Keeps a picture before it is sent anywhere, and queues its upload if ordered."""
        file = await self._cache.keep(picture.jpeg)
        if order.upload:
            job = UploadJob(
                input=order.input,
                camera=order.camera,
                time=order.time,
                kind=order.kind,
                picture=number,
                file=file,
                by=order.by,
            )
            self._uploads.add(new_job("ftp", order.seq, body_of(job), self._now(), number=number, pictures=(file,)))
        name = f"{order.input or self._device()}-{order.seq}-{number}.jpg"
        return KeptPicture(file=file, name=name, taken_at=picture.taken_at, offset_ms=picture.offset_ms)

    def _attach(self, mail: Job | None, pictures: list[KeptPicture], **missing: str | None) -> None:
        """Updates the mail's job after each picture: a kill loses only the pictures that were not taken."""
        if mail is None:
            return
        old = mail_job(mail.body)
        body = replace(old, pictures=tuple(pictures), pictures_missing=missing.get("missing", old.pictures_missing))
        self._mail.update(replace(mail, body=body_of(body), pictures=tuple(each.file for each in pictures)))

    def _report_end(self, order: PictureOrder, picture: Picture | None, error: str | None) -> None:
        self._report(
            ActionEnded(
                kind="snapshot",
                reason="failed" if picture is None else "taken",
                input=order.input,
                by=order.by,
                error=error,
                seconds=None if picture is None else picture.offset_ms / 1000,
            )
        )


def new_job(kind: str, seq: int, body: str, now: Now, *, number: int = 1, pictures: tuple[str, ...] = ()) -> Job:
    """Returns a job that is due now; its id is unique since `seq` is."""
    return Job(
        id=f"{kind}-{seq}-{number}",
        kind=kind,
        seq=seq,
        created=now.local,
        due=now.local,
        body=body,
        pictures=pictures,
    )
