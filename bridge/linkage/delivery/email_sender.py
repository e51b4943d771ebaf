"""Makes a mail from its job, with the settings in force, and sends it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bridge.actions.email import send as email
from bridge.actions.email.message import message_bytes, message_id
from bridge.actions.email.result import MailOutcome
from bridge.actions.email.text import AlarmMail, MailPicture
from bridge.errors import StoreError
from bridge.linkage.delivery.job_bodies import KeptPicture, MailJob, body_of, mail_job
from bridge.linkage.delivery.sender import ChannelSender, Delivery, JobSummary
from bridge.store.job import Job

if TYPE_CHECKING:
    from bridge.core.definitions.settings import EmailSettings, Settings

GONE = "it is no longer on the device"


class EmailSender(ChannelSender):
    """Sender of mails."""

    kind, done = "email", "sent"
    preload = ("bridge.actions.email.session",)

    async def attempt(self, job: Job, delivered: Callable[[Delivery], None]) -> None:
        """Sends the mail to the recipients that have not got it yet and are still in the settings.

        Raises as `Sender.attempt` does: StoreError also if no such recipient is left.
        """
        settings, mail = self._settings(), mail_job(job.body)
        server = self._configured(settings.email)
        recipients = server.recipients
        if mail.recipients is not None:
            recipients = tuple(each for each in mail.recipients if each in server.recipients)
            if not recipients:
                message = f"no longer among the recipients: {', '.join(mail.recipients)}"
                raise StoreError(message)
        words = await self._words(job, mail, settings, server)
        content = await asyncio.to_thread(message_bytes, words)
        await email.send(
            server, content, recipients=recipients, taken=lambda outcome: delivered(self._tried(job, mail, outcome))
        )

    def _tried(self, job: Job, mail: MailJob, outcome: MailOutcome) -> Delivery:
        """Returns the delivery for a server's outcome, with a job for the recipients to be tried again."""
        note = "; ".join(f"{each.recipient}: {each.reason}" for each in (*outcome.refused, *outcome.deferred)) or None
        left = None
        if outcome.deferred:
            rest = tuple(each.recipient for each in outcome.deferred)
            left = replace(job, body=body_of(replace(mail, recipients=rest)))
        return Delivery(left=left, held_back=mail.held_back if mail.recipients is None else None, note=note)

    def summary(self, job: Job) -> JobSummary:
        """Returns the fields for the journal. Raises StoreError for a job that cannot be read."""
        mail = mail_job(job.body)
        return JobSummary(input=mail.input, by=mail.by, held_back=mail.held_back, alarm=mail.alarm)

    def reduced(self, job: Job, refusal: str) -> Job | None:
        """Returns the mail with its first picture alone, then without any; None if it has none.

        The pictures' files stay until the job is done. Raises StoreError for a job that cannot be read.
        """
        mail = mail_job(job.body)
        if not mail.pictures:
            return None
        kept = mail.pictures[:1] if len(mail.pictures) > 1 else ()
        return replace(job, body=body_of(replace(mail, pictures=kept, pictures_missing=f"refused: {refusal}")))

    def merge_into(self, dropped: Job, others: Sequence[Job]) -> Job | None:
        """Returns the next mail of the same input, which then reports the dropped mail's alarms as held back.

        None if there is no such mail, or the dropped one reports no alarm.
        """
        try:
            gone = mail_job(dropped.body)
            if not gone.is_alarm or gone.recipients is not None:
                return None
            for other in others:
                mail = mail_job(other.body)
                if mail.is_alarm and mail.input == gone.input and mail.recipients is None:
                    return replace(other, body=body_of(replace(mail, held_back=mail.held_back + gone.held_back + 1)))
        except StoreError:
            return None  # a job that cannot be read has no alarms to report
        return None

    async def _words(self, job: Job, mail: MailJob, settings: Settings, server: EmailSettings) -> AlarmMail:
        """Returns the content of a mail, with the pictures that are still there and a note on the others."""
        found = [(picture, await self._jpeg(picture)) for picture in mail.pictures]
        missing = [mail.pictures_missing] if mail.pictures_missing else []
        missing += [GONE] if any(jpeg is None for _, jpeg in found) else []
        names = {each.id: each.label for each in settings.inputs}
        return AlarmMail(
            message_id=message_id(job.id, server.sender),
            sender=server.sender,
            recipients=server.recipients,
            device_name=settings.device.label,
            input_name=None if mail.input is None else names.get(mail.input, mail.input),
            cause=mail.cause,
            time=mail.time.astimezone(self._zone()),
            held_back=mail.held_back,
            text=mail.text,
            pictures=tuple(
                MailPicture(name=picture.name, jpeg=jpeg, taken_at=picture.taken_at, offset_ms=picture.offset_ms)
                for picture, jpeg in found
                if jpeg is not None
            ),
            pictures_missing="; ".join(missing) or None,
        )

    async def _jpeg(self, picture: KeptPicture) -> bytes | None:
        """Returns a picture, or None if it is gone or the disk does not answer now: a mail does not wait for a disk."""
        try:
            return await self._cache.picture(picture.file)
        except StoreError:
            return None
