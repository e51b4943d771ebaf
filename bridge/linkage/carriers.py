"""How a mail and an upload are made from their jobs, with the settings of now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING, TypeVar

from bridge.actions import email, ftp
from bridge.actions.email_message import message_bytes, message_id
from bridge.actions.ftp_path import UploadFacts, render_path
from bridge.actions.mail_text import AlarmMail, MailPicture
from bridge.errors import ActionRefused
from bridge.linkage.jobs import MailJob, body_of, mail_job, upload_job
from bridge.linkage.worker import Tried
from bridge.store.jobs import Job
from bridge.store.pictures import Pictures

if TYPE_CHECKING:
    from bridge.settings.model import EmailSettings, FtpSettings, Settings

_Section = TypeVar("_Section")


class MailCarrier:
    """Mails."""

    kind, done = "email", "sent"

    def __init__(self, *, settings: Callable[[], Settings], zone: Callable[[], tzinfo], pictures: Pictures) -> None:
        self._settings = settings
        self._zone = zone
        self._pictures = pictures

    async def attempt(self, job: Job) -> Tried:
        """Sends to whom it has not been sent yet."""
        settings = self._settings()
        server = _configured(settings.email)
        mail = mail_job(job.body)
        message = await asyncio.to_thread(self._message, job, mail, settings, server)
        outcome = await email.send(server, message, recipients=mail.recipients)
        note = "; ".join(f"{each.recipient}: {each.reason}" for each in (*outcome.refused, *outcome.deferred)) or None
        left = None
        if outcome.deferred:
            rest = tuple(each.recipient for each in outcome.deferred)
            left = replace(job, body=body_of(replace(mail, recipients=rest)))
        return Tried(left=left, held_back=mail.held_back or None, note=note)

    def terms(self, job: Job) -> tuple[str | None, str | None]:
        """Its input, and who asked."""
        mail = mail_job(job.body)
        return mail.input, mail.by

    def _message(self, job: Job, mail: MailJob, settings: Settings, server: EmailSettings) -> bytes:
        pictures, lost = [], 0
        for picture in mail.pictures:
            jpeg = self._pictures.read(picture.file)
            if jpeg is None:
                lost += 1
                continue
            pictures.append(
                MailPicture(name=picture.name, jpeg=jpeg, taken_at=picture.taken_at, offset_ms=picture.offset_ms)
            )
        missing = [mail.pictures_missing] if mail.pictures_missing else []
        missing += ["it is no longer on the device"] if lost else []
        names = {each.id: each.label for each in settings.inputs}
        return message_bytes(
            AlarmMail(
                message_id=message_id(job.id, server.sender),
                sender=server.sender,
                recipients=server.recipients,
                device_name=settings.device.label,
                input_name=None if mail.input is None else names.get(mail.input, mail.input),
                cause=mail.cause,
                time=mail.time.astimezone(self._zone()),
                held_back=mail.held_back,
                text=mail.text,
                pictures=tuple(pictures),
                pictures_missing="; ".join(missing) or None,
            )
        )


class UploadCarrier:
    """Uploads, a picture each."""

    kind, done = "ftp", "uploaded"

    def __init__(self, *, settings: Callable[[], Settings], zone: Callable[[], tzinfo], pictures: Pictures) -> None:
        self._settings = settings
        self._zone = zone
        self._pictures = pictures

    async def attempt(self, job: Job) -> Tried:
        """Uploads it under the path of the settings."""
        settings = self._settings()
        server: FtpSettings = _configured(settings.ftp)
        upload = upload_job(job.body)
        picture = await asyncio.to_thread(self._pictures.read, upload.file)
        if picture is None:
            return Tried(note="the picture is no longer on the device")
        path = render_path(
            server.path,
            UploadFacts(
                device=settings.device.id,
                input=upload.input or settings.device.id,
                camera=upload.camera,
                local=upload.time.astimezone(self._zone()),
                seq=job.seq,
                kind=upload.kind,
                picture=upload.picture,
            ),
        )
        await ftp.upload(server, picture, path=path)
        return Tried(path=path)

    def terms(self, job: Job) -> tuple[str | None, str | None]:
        """Its input, and who asked."""
        upload = upload_job(job.body)
        return upload.input, upload.by


def _configured(section: _Section | None) -> _Section:
    if section is None:
        message = "no longer configured"
        raise ActionRefused(message)
    return section
