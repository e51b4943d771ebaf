"""One alarm's pictures, with cameras that are slow, dead or broken; in virtual time."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from fakes.post_office import Office
from servers.camera import grey_jpeg, note_of

from bridge.actions.camera.picture import picture_of
from bridge.actions.camera.shared_camera import SharedCamera
from bridge.errors import ActionFailed
from bridge.linkage.alarm_pictures import PATIENCE_S, PictureOrder, PictureTaker, new_job, upload_jobs
from bridge.linkage.delivery.job_bodies import MailJob, body_of, mail_job, upload_job
from bridge.linkage.delivery.sender import Delivery
from bridge.linkage.pending_actions import NOT_TAKEN

pytestmark = pytest.mark.virtual_time


class Lens:
    """Pictures are numbered; `fault` says what goes wrong with which, `lasts_s` how long each takes."""

    def __init__(self, loop):
        self.loop, self.taken, self.fault, self.lasts_s = loop, 0, {}, 0.0

    async def picture(self, *, at):
        self.taken += 1
        number = self.taken
        await asyncio.sleep(self.lasts_s)
        if number in self.fault:
            raise self.fault[number]
        return picture_of(grey_jpeg(str(number)), monotonic=self.loop.time(), at=at)

    async def close(self): ...


class Studio:
    """A camera and two queues. `sent` are the mails: when, with how many pictures, and what is missing."""

    def __init__(self):
        self.mail, self.uploads = Office(), Office()
        self.uploads.sender.kind = "ftp"
        self.lens = Lens(self.mail.loop)
        self.camera = SharedCamera(source=self.lens, clock=self.mail.loop.time)
        self.told, self.shown, self.sent = [], [], []
        self.mail.sender.answer = self._answer
        self.taker = PictureTaker(
            queues={"email": self.mail.worker, "ftp": self.uploads.worker},
            cache=self.mail.cache,
            now=self.mail.now,
            report=self.told.append,
            show=lambda order, jpeg: self.shown.append((order.input, note_of(jpeg))),
            device=lambda: "front-gate",
        )

    def _answer(self, job):
        mail = mail_job(job.body)
        at = round(self.mail.loop.time() - self.mail.sender.began, 3)
        self.sent.append((at, len(mail.pictures), mail.pictures_missing))
        return Delivery()

    def order(self, **fields):
        now = self.mail.now()
        mail = MailJob(input="door", cause="input", time=now.local, pictures_missing=NOT_TAKEN)
        job = new_job("email", 7, body_of(mail), now)
        self.mail.worker.add(job, held=True)
        order = PictureOrder(
            camera="gate", input="door", at=now.monotonic, time=now.local, seq=7, kind="alarm", messages=(job,)
        )
        return replace(order, **fields)

    def with_uploads(self, **fields):
        """As `order`, and each picture is uploaded."""
        order = self.order(**fields)
        order = replace(order, uploads=upload_jobs(order, ["ftp"], self.mail.now()))
        for job in order.uploads:
            self.uploads.worker.add(job, held=True)
        return order

    @asynccontextmanager
    async def taking(self, order):
        """Taker and mail worker; both are cancelled at the same instant, as by the program's end."""
        task = asyncio.create_task(self.taker.take(order, self.camera))
        async with self.mail.open():
            try:
                yield task
            finally:
                task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_one_picture_is_shared_by_mail_upload_and_mqtt():
    studio = Studio()
    async with studio.taking(studio.with_uploads()) as task:
        await task
        await asyncio.sleep(1)
        [upload] = studio.uploads.outbox.jobs()
        assert studio.sent == [(0, 1, None)]
        assert studio.shown == [("door", "1")]
        assert studio.lens.taken == 1
        assert (upload.id, upload_job(upload.body).picture) == ("ftp-7-1", 1)
    assert [ended.reason for ended in studio.told] == ["taken"]


async def test_a_series_keeps_its_times_and_shows_its_first():
    studio = Studio()
    studio.lens.lasts_s = 0.4
    async with studio.taking(studio.with_uploads(count=3, interval_s=2)) as task:
        await task
        await asyncio.sleep(1)
    assert studio.sent == [(4.4, 3, None)]
    assert studio.shown == [("door", "1")]
    assert [ended.seconds for ended in studio.told] == [0.4] * 3
    assert [job.id for job in studio.uploads.outbox.jobs()] == ["ftp-7-1", "ftp-7-2", "ftp-7-3"]


async def test_a_camera_that_fails_is_said_in_the_mail_once_and_no_picture_takes_its_place():
    studio = Studio()
    studio.lens.fault = {1: ActionFailed("camera: 503"), 3: ActionFailed("camera: 503")}
    async with studio.taking(studio.order(count=3, interval_s=1)) as task:
        await task
        await asyncio.sleep(1)
    assert studio.sent == [(2, 1, "camera: 503")]
    assert studio.shown == []
    assert [ended.reason for ended in studio.told] == ["failed", "taken", "failed"]


@pytest.mark.parametrize("count", [1, 10])
async def test_a_camera_that_hangs_delays_the_mail_by_its_patience_and_sends_it_once(count):
    studio = Studio()
    studio.lens.lasts_s = 3600
    async with studio.taking(studio.order(count=count, interval_s=1)) as task:
        await task
        await asyncio.sleep(7200)
    assert studio.sent == [(count - 1 + PATIENCE_S, 0, "camera gate did not answer in time")]
    assert studio.mail.ends == ["sent"]


async def test_a_fault_inside_a_camera_still_lets_the_mail_go():
    studio = Studio()
    studio.lens.fault = {1: ZeroDivisionError()}
    async with studio.taking(studio.order()) as task:
        await task
        await asyncio.sleep(1)
    assert studio.sent == [(0, 0, "camera gate: fault inside: ZeroDivisionError")]


async def test_a_camera_that_there_is_none_of_lets_the_mail_go():
    studio = Studio()
    studio.camera = None
    async with studio.taking(studio.order()) as task:
        await task
        await asyncio.sleep(1)
    assert studio.sent == [(0, 0, "camera gate gives no pictures")]


async def test_a_stop_in_the_middle_of_a_series_keeps_what_was_taken_for_the_next_start():
    studio = Studio()
    async with studio.taking(studio.order(count=3, interval_s=60)):
        await asyncio.sleep(90)
    [job] = studio.mail.outbox.jobs()
    mail = mail_job(job.body)
    assert (len(mail.pictures), mail.pictures_missing) == (2, NOT_TAKEN)
    assert job.pictures == tuple(picture.file for picture in mail.pictures)
    assert studio.sent == []


async def test_what_cannot_be_taken_on_is_told_and_its_mail_goes():
    studio = Studio()
    order = studio.order()
    async with studio.mail.open():
        studio.taker.refuse(order, "too many at once")
        await asyncio.sleep(1)
    assert studio.sent == [(0, 0, "too many at once")]
    assert [ended.error for ended in studio.told] == ["too many at once"]


async def test_uploads_wait_on_the_disk_from_the_order_on_and_are_not_tried_before_their_pictures():
    studio = Studio()
    studio.lens.lasts_s = 3
    async with studio.uploads.open(), studio.taking(studio.with_uploads(count=2, interval_s=5)):
        await asyncio.sleep(1)
        jobs = studio.uploads.outbox.jobs()
        assert [(job.id, upload_job(job.body).file) for job in jobs] == [("ftp-7-1", None), ("ftp-7-2", None)]
        assert studio.uploads.sender.tries == []
        await asyncio.sleep(4)
        assert studio.uploads.sender.tries == [(3, "ftp-7-1")]
        await asyncio.sleep(10)
        assert studio.uploads.sender.tries == [(3, "ftp-7-1"), (8, "ftp-7-2")]


async def test_an_upload_whose_picture_fails_is_reported_and_the_others_go():
    studio = Studio()
    studio.lens.fault = {1: ActionFailed("camera: 503")}
    async with studio.taking(studio.with_uploads(count=2, interval_s=1)) as task:
        await task
    assert [job.id for job in studio.uploads.outbox.jobs()] == ["ftp-7-2"]
    assert [(each.kind, each.reason, each.error) for each in studio.uploads.told] == [
        ("ftp", "failed", "no picture: camera: 503")
    ]


async def test_a_stop_before_the_picture_keeps_the_upload_for_the_next_start():
    studio = Studio()
    studio.lens.lasts_s = 60
    async with studio.taking(studio.with_uploads()):
        await asyncio.sleep(1)
    [job] = studio.uploads.outbox.jobs()
    assert (job.id, upload_job(job.body).file) == ("ftp-7-1", None)


async def test_uploads_of_a_refused_order_are_reported():
    studio = Studio()
    order = studio.with_uploads(count=2)
    studio.taker.refuse(order, "too many at once")
    assert studio.uploads.outbox.jobs() == ()
    assert [each.error for each in studio.uploads.told] == ["no picture: too many at once"] * 2
