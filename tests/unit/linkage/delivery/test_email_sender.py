"""What a mail says, to whom, and what becomes of its parts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from servers.smtp import MisbehavingMailServer
from words.builders import an_input, settings_of

from bridge.errors import ActionRefused, ContentRefused, StoreError
from bridge.linkage.delivery.email_sender import EmailSender
from bridge.linkage.delivery.job_bodies import KeptPicture, MailJob, body_of, mail_job
from bridge.linkage.delivery.picture_cache import PictureCache
from bridge.store.job import Job

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
MAIL = MailJob(input="door", cause="input", time=NOW, held_back=2)


def settings(port, *recipients):
    return settings_of(
        an_input("door", email=True, name="Garage door"),
        email={
            "host": "127.0.0.1",
            "port": port,
            "security": "none",
            "sender": "gate@example.org",
            "recipients": recipients or ("me@example.org",),
        },
    )


def sender(port=1, *recipients, cache=None):
    return EmailSender(
        settings=lambda: settings(port, *recipients), zone=lambda: UTC, cache=cache or PictureCache(None)
    )


async def attempt(post, job):
    """How it went."""
    went = []
    await post.attempt(job, went.append)
    return went[0]


def a_job(mail=MAIL, number=7, **fields):
    job = Job(id=f"email-{number}-1", kind="email", seq=number, created=NOW, due=NOW, body=body_of(mail))
    return replace(job, **fields)


def picture(file):
    return KeptPicture(file=file, name=f"{file}.jpg", taken_at=NOW, offset_ms=0)


async def test_pictures_that_are_gone_are_said_and_the_mail_goes():
    with MisbehavingMailServer() as server:
        cache = PictureCache(None)
        there = await cache.keep(b"jpeg")
        mail = replace(MAIL, pictures=(picture(there), picture("gone")))
        await attempt(sender(server.port, cache=cache), a_job(mail))
        [taken] = server.inbox
    text = taken.message.get_body().get_content()
    assert len(list(taken.message.iter_attachments())) == 1
    assert "More pictures are missing: it is no longer on the device" in text
    assert "Held back since the last mail: 2 alarms" in text
    assert taken.message["Message-ID"] == "<email-7-1@example.org>"


async def test_who_was_deferred_gets_it_alone_and_the_held_back_are_told_once():
    with MisbehavingMailServer() as server:
        post = sender(server.port, "me@example.org", "you@example.org")
        server.faults.answers["you@example.org"] = "451 later"
        first = await attempt(post, a_job())
        server.faults.answers.clear()
        second = await attempt(post, first.left)
        assert [taken.recipients for taken in server.inbox] == [["me@example.org"], ["you@example.org"]]
        ids = {taken.message["Message-ID"] for taken in server.inbox}
    assert first.note == "you@example.org: 451 later"
    assert (first.held_back, second.held_back, second.left) == (2, None, None)
    assert len(ids) == 1


async def test_whoever_was_taken_out_of_the_recipients_gets_nothing_that_is_left():
    with pytest.raises(StoreError, match=r"no longer among the recipients: you@example\.org"):
        await attempt(sender(), a_job(replace(MAIL, recipients=("you@example.org",))))


async def test_without_a_mail_server_in_the_settings_a_mail_waits():
    bare = EmailSender(settings=lambda: settings_of(an_input("door")), zone=lambda: UTC, cache=PictureCache(None))
    with pytest.raises(ActionRefused, match="no longer configured"):
        await attempt(bare, a_job())


def test_a_mail_too_large_loses_all_but_its_first_picture_and_then_that():
    post = sender()
    job = a_job(replace(MAIL, pictures=(picture("a"), picture("b"))), pictures=("a", "b"))
    once = post.reduced(job, "552 too large")
    twice = post.reduced(once, "552 too large")
    assert [each.file for each in mail_job(once.body).pictures] == ["a"]
    assert mail_job(twice.body).pictures == ()
    assert mail_job(twice.body).pictures_missing == "refused: 552 too large"
    assert twice.pictures == ("a", "b"), "files stay the job's until it is done"
    assert post.reduced(twice, "552 too large") is None


def test_the_next_mail_of_the_same_input_tells_of_the_alarm_that_a_dropped_one_does_not():
    post = sender()
    asked = a_job(replace(MAIL, by="mqtt"), 8)
    partly = a_job(replace(MAIL, recipients=("me@example.org",)), 9)
    other = a_job(replace(MAIL, input="yard"), 10)
    unreadable, following = a_job(number=11), a_job(number=12)
    heir = post.merge_into(a_job(), [asked, partly, other, following])
    assert heir.id == following.id
    assert mail_job(heir.body).held_back == 2 + 2 + 1
    assert post.merge_into(a_job(), [other]) is None
    assert post.merge_into(asked, [following]) is None, "nobody misses a test"
    assert post.merge_into(partly, [following]) is None, "somebody was told"
    assert post.merge_into(replace(unreadable, body="?"), [following]) is None


@pytest.mark.parametrize(
    ("faults", "size_limit"), [({"verdict": "554 5.7.1 no pictures here"}, 33_554_432), ({}, 20_000)]
)
async def test_a_message_that_is_refused_is_told_from_a_sender_that_is(faults, size_limit):
    cache = PictureCache(None)
    job = a_job(replace(MAIL, pictures=(picture(await cache.keep(bytes(40_000))),)))
    with MisbehavingMailServer(size_limit=size_limit) as server:
        vars(server.faults).update(faults)
        with pytest.raises(ContentRefused):
            await attempt(sender(server.port, cache=cache), job)
        vars(server.faults).update(verdict=None, answers={"MAIL": "550 not you"})
        with pytest.raises(ActionRefused) as refused:
            await attempt(sender(server.port, cache=cache), job)
        assert not isinstance(refused.value, ContentRefused)


async def test_a_mail_counts_as_sent_before_the_server_has_heard_the_goodbye():
    commands = []
    with MisbehavingMailServer() as server:
        await sender(server.port).attempt(a_job(), lambda _: commands.extend(server.commands))
        assert commands[-1][0] == "DATA"
        assert server.commands[-1][0] == "QUIT"
