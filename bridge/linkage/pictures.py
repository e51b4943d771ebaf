"""The pictures of one alarm: taken once, shared by mail, upload and MQTT."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bridge.actions.snapshot import Picture, take_series
from bridge.actions.snapshot_share import SharedCamera
from bridge.core.facts import ActionEnded, Now
from bridge.errors import StoreError
from bridge.linkage.jobs import KeptPicture, UploadJob, body_of, mail_job
from bridge.linkage.worker import Worker
from bridge.store.jobs import Job
from bridge.store.pictures import Pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureOrder:
    """What pictures are for: `count` of them from the instant `at` (monotonic) on.

    `mail` is the job that waits for them; `upload` says whether each is uploaded. `kind` is the path
    template's.
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
    """Takes pictures and hands them on; each as soon as it is there, the mail after the last."""

    def __init__(
        self,
        *,
        mail: Worker,
        uploads: Worker,
        kept: Pictures,
        now: Callable[[], Now],
        tell: Callable[[ActionEnded], None],
        show: Callable[[str | None, bytes], None],
        device: Callable[[], str],
    ) -> None:
        self._mail = mail
        self._uploads = uploads
        self._kept = kept
        self._now = now
        self._tell = tell
        self._show = show
        self._device = device

    async def take(self, order: PictureOrder, camera: SharedCamera | None) -> None:
        """All of them; a picture that fails is told, and never replaced by another."""
        kept: list[KeptPicture] = []
        errors: list[str] = []
        for number in range(1, order.count + 1):
            picture, error = await self._picture(order, camera, order.at + (number - 1) * order.interval_s)
            if picture is not None:
                if number == 1:
                    self._show(order.input, picture.jpeg)
                if order.mail is not None or order.upload:
                    found, error = await self._keep(order, picture, number)
                    kept += [found] if found else []
            self._say(order, picture, error)
            errors += [error] if error else []
        if order.mail is not None:
            self._complete(order.mail, tuple(kept), "; ".join(dict.fromkeys(errors)) or None)

    async def _picture(
        self, order: PictureOrder, camera: SharedCamera | None, at: float
    ) -> tuple[Picture | None, str | None]:
        if camera is None:
            return None, f"camera {order.camera} gives no pictures"
        series = await take_series(camera, at=at, clock=lambda: self._now().monotonic)
        return (series.pictures[0], None) if series.pictures else (None, str(series.errors[0]))

    async def _keep(self, order: PictureOrder, picture: Picture, number: int) -> tuple[KeptPicture | None, str | None]:
        """On the disk before anything is tried; and queued for upload if that is wanted."""
        try:
            file = await asyncio.to_thread(self._kept.write, picture.jpeg)
        except StoreError as error:
            return None, str(error)
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
            self._uploads.add(
                new_job("ftp", order.seq, body_of(job), now=self._now().local, number=number, pictures=(file,))
            )
        name = f"{order.input or self._device()}-{order.seq}-{number}.jpg"
        return KeptPicture(file=file, name=name, taken_at=picture.taken_at, offset_ms=picture.offset_ms), None

    def _complete(self, mail: Job, pictures: tuple[KeptPicture, ...], missing: str | None) -> None:
        """The mail may go now, with what pictures there are."""
        body = replace(mail_job(mail.body), pictures=pictures, pictures_missing=missing)
        files = tuple(each.file for each in pictures)
        self._mail.add(replace(mail, body=body_of(body), pictures=files, due=self._now().local))

    def _say(self, order: PictureOrder, picture: Picture | None, error: str | None) -> None:
        self._tell(
            ActionEnded(
                kind="snapshot",
                reason="failed" if picture is None else "taken",
                input=order.input,
                by=order.by,
                error=error,
                seconds=None if picture is None else picture.offset_ms / 1000,
            )
        )


def new_job(
    kind: str,
    seq: int,
    body: str,
    *,
    now: datetime,
    wait_s: float = 0,
    number: int = 1,
    pictures: tuple[str, ...] = (),
) -> Job:
    """A job that is due in `wait_s`; its id never repeats, for `seq` does not."""
    due = now + timedelta(seconds=wait_s)
    return Job(id=f"{kind}-{seq}-{number}", kind=kind, seq=seq, created=now, due=due, body=body, pictures=pictures)
