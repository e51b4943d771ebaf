from __future__ import annotations

from datetime import UTC, datetime

import pytest
from servers.odd_ftp import FtpHabits, OddFtpServer
from words.builders import an_input, settings_of

from bridge.errors import ActionFailed, NothingToSend, StoreError
from bridge.linkage.delivery.ftp_sender import FtpSender
from bridge.linkage.delivery.job_bodies import UploadJob, body_of
from bridge.linkage.delivery.picture_cache import PictureCache
from bridge.store.job import Job

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


class MuteAlbum(PictureCache):
    """On a disk that does not answer."""

    async def picture(self, name):
        raise StoreError(name)


async def attempt(cache, file="gone.jpg"):
    upload = UploadJob(input="door", camera="gate", time=NOW, kind="alarm", picture=1, file=file)
    job = Job(id="ftp-7-1", kind="ftp", seq=7, created=NOW, due=NOW, body=body_of(upload))
    settings = settings_of(an_input("door"), ftp={"host": "127.0.0.1", "port": 1, "security": "none"})
    await FtpSender(settings=lambda: settings, zone=lambda: UTC, cache=cache).attempt(job, lambda _: None)


async def test_a_picture_that_is_gone_is_not_told_as_uploaded():
    with pytest.raises(NothingToSend, match="no longer on the device"):
        await attempt(PictureCache(None))


async def test_a_disk_that_does_not_answer_now_may_later():
    with pytest.raises(ActionFailed):
        await attempt(MuteAlbum(None))


async def test_an_upload_whose_picture_was_never_taken_can_never_be_delivered():
    with pytest.raises(NothingToSend, match="no picture: the program was stopped before the picture was taken"):
        await attempt(PictureCache(None), file=None)


async def test_alarms_whose_path_is_the_same_have_a_file_each_and_a_retry_has_its_own_again():
    cache, stored = PictureCache(None), []
    with OddFtpServer(FtpHabits()) as server:
        ftp = {"host": "127.0.0.1", "port": server.port, "security": "none", "username": "cam", "password": "pw"}
        settings = settings_of(an_input("door"), ftp=ftp | {"path": "{device}-{date}.jpg"})
        sender = FtpSender(settings=lambda: settings, zone=lambda: UTC, cache=cache)
        for alarm in ("1", "2", "1"):
            file = await cache.keep(alarm.encode())
            upload = UploadJob(input="door", camera="gate", time=NOW, kind="alarm", picture=1, file=file)
            job = Job(id=f"ftp-{alarm}", kind="ftp", seq=7, created=NOW, due=NOW, body=body_of(upload))
            await sender.attempt(job, lambda delivery: stored.append(delivery.path))
        first, second, again = stored
        assert first == again
        assert server.files == {first: b"1", second: b"2"}
