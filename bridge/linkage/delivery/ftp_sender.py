"""Makes an upload from its job, with the settings in force, and uploads it."""

from __future__ import annotations

from collections.abc import Callable

from bridge.actions.ftp import upload as ftp
from bridge.actions.ftp.path import UploadFacts, render_path
from bridge.errors import ActionFailed, StoreError
from bridge.linkage.delivery.job_bodies import UploadJob, upload_job
from bridge.linkage.delivery.sender import ChannelSender, Delivery, JobSummary
from bridge.store.job import Job


class FtpSender(ChannelSender):
    """Sender of uploads, one picture each."""

    kind, done = "ftp", "uploaded"
    preload = ("bridge.actions.ftp.session",)

    async def attempt(self, job: Job, delivered: Callable[[Delivery], None]) -> None:
        """Uploads the picture under the path of the settings."""
        settings, upload = self._settings(), upload_job(job.body)
        server = self._configured(settings.ftp)
        path = self._path(server.path, settings.device.id, job, upload)
        await ftp.upload(server, await self._jpeg(upload.file), path=path)
        delivered(Delivery(path=path))

    def summary(self, job: Job) -> JobSummary:
        """Returns the fields for the journal; see `Sender`."""
        upload = upload_job(job.body)
        return JobSummary(input=upload.input, by=upload.by)

    def _path(self, template: str, device: str, job: Job, upload: UploadJob) -> str:
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

    async def _jpeg(self, name: str) -> bytes:
        """Returns a picture. Raises StoreError when it is gone, ActionFailed when the disk does not give it now."""
        try:
            jpeg = await self._cache.picture(name)
        except StoreError as error:
            raise ActionFailed(str(error)) from error
        if jpeg is None:
            message = "the picture is no longer on the device"
            raise StoreError(message)
        return jpeg
