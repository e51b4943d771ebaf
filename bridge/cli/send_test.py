"""One test mail or upload, now, by the very code that sends an alarm's; for `send-test`.

It goes past the outbox, which is the daemon's: both may run at once.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bridge.actions.camera.source import pictures_of
from bridge.errors import ActionError, Fault, SettingsError
from bridge.linkage.delivery.email_sender import EmailSender
from bridge.linkage.delivery.ftp_sender import FtpSender
from bridge.linkage.delivery.job_bodies import KeptPicture, MailJob, UploadJob, body_of
from bridge.linkage.delivery.picture_cache import PictureCache
from bridge.linkage.delivery.sender import Delivery, Sender
from bridge.linkage.devices import camera_of
from bridge.store.job import Job

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.core.facts import Now


class SendTest:
    """Raises ActionError when it does not arrive, SettingsError without what it needs; returns what to say."""

    def __init__(self, settings: Settings, now: Now) -> None:
        self._settings = settings
        self._now = now
        self._cache = PictureCache(None)

    async def email(self) -> str:
        """To all recipients, with a picture of the first camera if there is one."""
        server = self._settings.email
        if server is None:
            raise SettingsError([Fault(path="email", message="is not configured")])
        picture, missing = None, None
        try:
            picture = await self._picture()
        except ActionError as error:
            missing = str(error)
        mail = MailJob(
            input=None,
            cause="test",
            time=self._now.local,
            by="command line",
            pictures=() if picture is None else (picture,),
            pictures_missing=missing,
        )
        sender = EmailSender(settings=lambda: self._settings, zone=lambda: self._now.zone, cache=self._cache)
        tried = await self._attempt(sender, self._job("email", body_of(mail)))
        what = "with a picture" if picture else f"without a picture: {missing}" if missing else "without a picture"
        return f"{server.host} took it, {what}" + (f"; but not for {tried.note}" if tried.note else "")

    async def ftp(self) -> str:
        """A picture of the first camera."""
        server = self._settings.ftp
        if server is None:
            raise SettingsError([Fault(path="ftp", message="is not configured")])
        picture = await self._picture()
        if picture is None:
            raise SettingsError([Fault(path="cameras", message="there is no camera to upload a picture of")])
        upload = UploadJob(
            input=None,
            camera=camera_of(None, self._settings),
            time=self._now.local,
            kind="test",
            picture=1,
            file=picture.file,
        )
        sender = FtpSender(settings=lambda: self._settings, zone=lambda: self._now.zone, cache=self._cache)
        tried = await self._attempt(sender, self._job("ftp", body_of(upload)))
        return f"{server.host} has it as {tried.path}"

    async def _attempt(self, sender: Sender, job: Job) -> Delivery:
        went: list[Delivery] = []
        await sender.attempt(job, went.append)
        return went[0]

    async def _picture(self) -> KeptPicture | None:
        camera = camera_of(None, self._settings)
        if camera is None:
            return None
        source = pictures_of(self._settings.cameras[camera])
        try:
            taken = await source.picture(at=self._now.monotonic)
        finally:
            await source.close()
        name = f"{self._settings.device.id}-test.jpg"
        file = await self._cache.keep(taken.jpeg)
        return KeptPicture(file=file, name=name, taken_at=taken.taken_at, offset_ms=taken.offset_ms)

    def _job(self, kind: str, body: str) -> Job:
        """Its number is the time: no alarm's upload has that name, and the next test has another."""
        now = self._now.local
        job_id = f"{kind}-test-{secrets.token_hex(8)}"
        return Job(id=job_id, kind=kind, seq=int(now.timestamp()), created=now, due=now, body=body)
