"""Makes an upload from its job, with the settings in force, and uploads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING

from bridge.actions.ftp import upload as ftp
from bridge.actions.ftp.path import UploadFacts, render_path
from bridge.actions.ftp.server_memory import FtpServerMemory
from bridge.errors import ActionFailed, NothingToSend, StoreError
from bridge.linkage.delivery.job_bodies import UploadJob, upload_job
from bridge.linkage.delivery.sender import ChannelSender, Delivery, JobSummary
from bridge.linkage.pending_actions import NOT_TAKEN
from bridge.store.job import Job

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.linkage.delivery.picture_cache import PictureCache


class FtpSender(ChannelSender):
    """Sender of uploads, one picture each."""

    kind, done = "ftp", "uploaded"
    preload = ("bridge.actions.ftp.session",)

    def __init__(self, *, settings: Callable[[], Settings], zone: Callable[[], tzinfo], cache: PictureCache) -> None:
        super().__init__(settings=settings, zone=zone, cache=cache)
        self._memory = FtpServerMemory()

    async def attempt(self, job: Job, delivered: Callable[[Delivery], None]) -> None:
        """Uploads the picture under the path of the settings, or a variant where another upload has that path.

        Raises as `Sender.attempt` does: NothingToSend if the picture was never taken, or is gone.
        """
        settings, upload = self._settings(), upload_job(job.body)
        server = self._configured(settings.ftp)
        self._memory.use(server)
        # Never the file of another alarm: a path of the settings may be the same for several.
        path = self._memory.reserve(self._path(server.path, settings.device.id, job, upload), owner=job.id)
        stored = await ftp.upload(server, await self._jpeg(upload.file), path=path, memory=self._memory)
        delivered(Delivery(path=stored))

    def summary(self, job: Job) -> JobSummary:
        """Returns the fields for the journal. Raises StoreError for a job that cannot be read."""
        upload = upload_job(job.body)
        return JobSummary(input=upload.input, by=upload.by, alarm=upload.alarm)

    def _path(self, template: str, device: str, job: Job, upload: UploadJob) -> str:
        """Returns the path of an upload by the settings' template."""
        facts = UploadFacts(
            device=device,
            input=upload.input or device,
            camera=upload.camera,
            local=upload.time.astimezone(self._zone()),
            seq=job.seq,
            kind=upload.kind,
            picture=upload.picture,
        )
        return render_path(template, facts)

    async def _jpeg(self, name: str | None) -> bytes:
        """Returns a picture.

        Raises NothingToSend if it was not taken or is gone, ActionFailed if the disk does not answer now.
        """
        if name is None:
            message = f"no picture: {NOT_TAKEN}"
            raise NothingToSend(message)
        try:
            jpeg = await self._cache.picture(name)
        except StoreError as error:
            raise ActionFailed(str(error)) from error
        if jpeg is None:
            message = "the picture is no longer on the device"
            raise NothingToSend(message)
        return jpeg
