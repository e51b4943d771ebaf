"""`send-test`: sends one test mail or uploads one test picture now, with the code that sends an alarm's.

It bypasses the outbox, which belongs to the daemon: both may run at once.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bridge.actions.camera.source import pictures_of
from bridge.core.definitions.channels import Channel, Server, server_of
from bridge.errors import ActionError, Fault, SettingsError
from bridge.linkage.delivery.job_bodies import KeptPicture, MailJob, UploadJob, body_of
from bridge.linkage.delivery.picture_cache import PictureCache
from bridge.linkage.delivery.sender import Delivery
from bridge.linkage.delivery.sender_of import sender_of
from bridge.linkage.devices import camera_of
from bridge.store.job import Job

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.core.facts import Now


class SendTest:
    """Sends tests of channels; `send` may be called several times."""

    def __init__(self, settings: Settings, now: Now) -> None:
        self._settings = settings
        self._now = now
        self._cache = PictureCache(None)

    async def send(self, channel: Channel) -> str:
        """Makes one attempt to send a message of a channel, with a picture of the first camera if it takes any.

        Returns the result as a sentence to print. Raises ActionError if the delivery fails, and SettingsError if a
        setting is missing.
        """
        server = server_of(self._settings, channel)
        if server is None:
            raise SettingsError([Fault(path=channel.key, message="is not configured")])
        return await (self._picture_alone if channel.one_a_picture else self._message)(channel, server)

    async def _message(self, channel: Channel, server: Server) -> str:
        """Sends a message, with a picture of the first camera if there is one. Returns the result as a sentence."""
        picture, missing = None, None
        try:
            picture = await self._picture() if channel.takes_pictures else None
        except ActionError as error:
            missing = str(error)
        message = MailJob(
            input=None,
            cause="test",
            time=self._now.local,
            by="command line",
            pictures=() if picture is None else (picture,),
            pictures_missing=missing,
        )
        delivery = await self._attempt(channel, body_of(message))
        took = f"{server.host} took it"
        if channel.takes_pictures:
            took += ", with a picture" if picture else ", without a picture" + (f": {missing}" if missing else "")
        return took + (f"; but not for {delivery.note}" if delivery.note else "")

    async def _picture_alone(self, channel: Channel, server: Server) -> str:
        """Uploads a picture of the first camera. Returns the result as a sentence.

        Raises SettingsError without a camera.
        """
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
        delivery = await self._attempt(channel, body_of(upload))
        return f"{server.host} has it as {delivery.path}"

    async def _attempt(self, channel: Channel, body: str) -> Delivery:
        """Delivers one job of a channel. Returns the delivery. Raises ActionError."""
        sender = sender_of(channel)(settings=lambda: self._settings, zone=lambda: self._now.zone, cache=self._cache)
        delivered: list[Delivery] = []
        await sender.attempt(self._job(channel.key, body), delivered.append)
        return delivered[0]

    async def _picture(self) -> KeptPicture | None:
        """Takes a picture of the first camera and keeps it. Returns it, or None without a camera.

        Raises ActionError.
        """
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
        """Returns a job numbered by the time, so that its file name differs from an alarm's and the next test's."""
        now = self._now.local
        job_id = f"{kind}-test-{secrets.token_hex(8)}"
        return Job(id=job_id, kind=kind, seq=int(now.timestamp()), created=now, due=now, body=body)
