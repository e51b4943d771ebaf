"""Jobs that wait, in virtual time."""

from __future__ import annotations

import asyncio
import logging

import pytest
from fakes.post_office import BEGIN, HOUR, Office

from bridge.errors import ActionFailed, ActionRefused, ContentRefused, NothingToSend, StoreError
from bridge.linkage.delivery.sender import Delivery

pytestmark = [pytest.mark.virtual_time, pytest.mark.filterwarnings("error")]


def always(error):
    return lambda _job: error


def down():
    return always(ActionFailed("connect: nobody listens there"))


async def test_a_job_is_on_the_disk_before_it_is_tried_and_gone_when_it_is_done():
    office = Office()
    async with office.open():
        office.add()
        await asyncio.sleep(1)
    assert (office.settled, office.instants, office.ends, office.waiting) == (1, [0.0], ["sent"], [])
    assert office.worker.state.last_ok == BEGIN


async def test_a_server_that_is_away_is_tried_after_30_s_doubling_to_15_minutes():
    office = Office()
    office.sender.answer = down()
    async with office.open():
        office.add()
        await asyncio.sleep(HOUR)
    gaps = [later - earlier for earlier, later in zip(office.instants, office.instants[1:], strict=False)]
    assert gaps == [30, 60, 120, 240, 480, 900, 900]
    assert office.settled == 1
    assert office.ends == ["failed"], "the same error is told once"
    assert office.worker.state.queued == 1
    assert office.worker.state.last_error == "connect: nobody listens there"


async def test_pauses_are_spread_by_up_to_a_quarter():
    office = Office()
    office.chance = 0.8
    office.sender.answer = down()
    async with office.open():
        office.add()
        await asyncio.sleep(100)
    assert office.instants == [0, 36]


async def test_another_error_of_the_same_job_is_told():
    office = Office()
    errors = iter([ActionFailed("one"), ActionFailed("two")])
    office.sender.answer = lambda _: next(errors, Delivery())
    async with office.open():
        office.add()
        await asyncio.sleep(200)
    assert [ended.error for ended in office.told] == ["one", "two", None]
    assert office.worker.state.last_error is None


async def test_when_a_server_is_back_all_that_it_kept_waiting_goes_at_once():
    office = Office()
    office.sender.answer = down()
    async with office.open():
        first = office.add()
        await asyncio.sleep(1000)
        second = office.add()
        await asyncio.sleep(5)
        office.sender.answer = lambda _: Delivery()
        await asyncio.sleep(26)
    assert [job_id for _, job_id in office.sender.tries[-2:]] == [second.id, first.id]
    assert office.waiting == []


async def test_news_of_an_alarm_does_not_wait_behind_what_failed_before():
    office = Office()
    office.sender.answer = down()
    async with office.open():
        for _ in range(5):
            office.add()
        await asyncio.sleep(29)
        office.sender.lasts_s = 10
        await asyncio.sleep(2)  # the first of the five is tried again
        new = office.add()
        await asyncio.sleep(15)
    assert office.sender.tries[-1][1] == new.id


async def test_a_wrong_password_is_not_hammered_however_many_mails_wait_and_whatever_number_the_server_adds():
    office = Office()
    office.sender.answer = lambda job: ActionRefused(f"login: 535 5.7.8 not accepted q{job.seq}-{job.attempts}")
    async with office.open():
        for _ in range(20):
            office.add()
        await asyncio.sleep(4 * HOUR - 1)
    assert office.instants[:2] == [0, 0]
    assert office.instants[2:] == [900.0 * n for n in range(1, 16)]


async def test_what_one_mail_is_refused_for_keeps_no_other_waiting():
    office = Office()
    office.sender.answer = lambda job: ContentRefused("message: 554 spam") if job.body == "spam" else Delivery()
    async with office.open():
        for body in ("spam", "spam", "news"):
            office.add(body)
        await asyncio.sleep(1800)
        office.add("news")
        await asyncio.sleep(1)
    assert office.waiting == ["email-1-1", "email-2-1"]
    assert [at for at, job_id in office.sender.tries if job_id == "email-1-1"] == [0, 900, 1800]
    assert [at for at, job_id in office.sender.tries if job_id > "email-2-1"] == [0, 1800]


async def test_a_mail_that_is_too_large_goes_again_at_once_with_less():
    office = Office()
    office.sender.answer = lambda job: ContentRefused("message: 552 too large") if job.body else Delivery()
    async with office.open():
        office.add("heavy")
        await asyncio.sleep(1)
    assert (office.ends, office.instants, office.waiting) == (["refused", "sent"], [0, 0], [])


async def test_new_settings_open_a_queue_that_was_closed():
    office = Office()
    office.sender.answer = always(ActionRefused("login: 535 no"))
    async with office.open():
        for _ in range(3):
            office.add()
        await asyncio.sleep(10)
        assert len(office.sender.tries) == 2
        office.sender.answer = lambda _: Delivery()
        office.worker.retry_now()
        await asyncio.sleep(1)
    assert office.waiting == []


async def test_settings_that_change_during_a_try_are_tried_as_soon_as_it_has_failed():
    office = Office()
    office.sender.answer = always(ActionRefused("login: 535 no"))
    office.sender.lasts_s = 20
    async with office.open():
        office.add()
        office.add()
        await asyncio.sleep(30)  # in the middle of the second try
        office.worker.retry_now()
        await asyncio.sleep(11)
        office.sender.answer = lambda _: Delivery()
        await asyncio.sleep(60)
    assert office.waiting == []


async def test_a_job_that_fails_as_nobody_thought_of_keeps_no_other_from_being_tried(caplog):
    caplog.set_level(logging.CRITICAL)
    office = Office()
    office.sender.answer = lambda job: ZeroDivisionError() if job.body == "poison" else Delivery()
    async with office.open():
        office.add("poison")
        office.add()
        await asyncio.sleep(60)
    assert (office.ends, office.waiting) == (["failed", "sent"], ["email-1-1"])
    assert office.told[0].error == "fault inside: ZeroDivisionError"
    assert office.instants == [0, 0, 0]  # the success gives it new hope, once


async def test_a_job_that_has_nothing_to_deliver_has_failed_and_is_not_tried_again():
    office = Office()
    office.sender.answer = lambda job: NothingToSend("no picture: dark") if job.body else Delivery()
    async with office.open():
        office.add("upload")
        office.add()
        await asyncio.sleep(60)
    assert [(ended.reason, ended.error) for ended in office.told] == [("failed", "no picture: dark"), ("sent", None)]
    assert office.waiting == []


async def test_a_job_that_cannot_be_read_is_dropped_and_told():
    office = Office()
    office.sender.answer = lambda job: StoreError("cannot be read") if job.body else Delivery()
    async with office.open():
        office.add("unreadable")
        office.add()
        await asyncio.sleep(1)
    assert [(ended.reason, ended.error) for ended in office.told] == [("dropped", "cannot be read"), ("sent", None)]
    assert office.waiting == []


async def test_a_day_old_job_is_dropped_and_told_with_its_last_error():
    office = Office()
    office.sender.answer = down()
    async with office.open():
        office.add("held")
        await asyncio.sleep(25 * HOUR)
    dropped = office.told[-1]
    assert (dropped.reason, dropped.held_back) == ("dropped", 1)
    assert dropped.error == "not delivered within 24 hours; last: connect: nobody listens there"
    assert 24 * HOUR < dropped.seconds < 24 * HOUR + 1200
    assert (office.waiting, office.worker.state.queued) == ([], 0)


async def test_the_fifty_first_drops_the_oldest_also_while_a_server_is_slow():
    office = Office()
    office.sender.lasts_s = 600
    async with office.open():
        for _ in range(53):
            office.add("news")
            await asyncio.sleep(1)
        # Fifty wait; the oldest is being tried, and what becomes of it is not known yet.
        assert [ended.reason for ended in office.told] == ["dropped"] * 2
        assert office.waiting[:2] == ["email-1-1", "email-4-1"]
        assert office.outbox.jobs()[1].body.count("held") == 2, "what they had to tell goes with the next"
        await asyncio.sleep(560)
    assert "email-1-1" not in office.waiting
    assert office.ends.count("sent") == 1


async def test_the_oldest_are_dropped_beyond_the_space_and_never_the_newest():
    office = Office()
    office.sender.answer = down()
    async with office.open():
        names = []
        for _ in range(3):
            names.append(await office.cache.keep(bytes(45_000_000)))
            office.add(pictures=(names[-1],))
            await asyncio.sleep(1)
        assert office.waiting == ["email-2-1", "email-3-1"]
        assert [e.error[:46] for e in office.told if e.reason == "dropped"] == [
            "pictures that wait take more than 100 MB; last"
        ]
        huge = await office.cache.keep(bytes(120_000_000))
        office.add(pictures=(huge,))
        await asyncio.sleep(1)
        assert office.waiting == ["email-4-1"]
        assert await office.cache.picture(names[0]) is None, "its memory is given back"


async def test_a_job_that_is_cancelled_in_the_middle_stays_as_it_was():
    office = Office()
    office.sender.lasts_s = 100
    async with office.open():
        job = office.add()
        await asyncio.sleep(10)
    assert office.outbox.jobs() == (job,)
    assert office.told == []


async def test_a_held_job_waits_for_its_release_and_what_is_learnt_of_it():
    office = Office()
    async with office.open():
        job = office.add(held=True)
        await asyncio.sleep(HOUR)
        assert office.instants == []
        office.worker.retry_now()
        await asyncio.sleep(1)
        assert office.instants == [], "new settings do not bring its pictures"
        office.worker.update(job)
        office.worker.release(job.id)
        office.worker.release(job.id)
        await asyncio.sleep(1)
    assert office.ends == ["sent"]


async def test_what_is_learnt_of_a_job_that_is_gone_brings_it_not_back():
    office = Office()
    async with office.open():
        job = office.add()
        await asyncio.sleep(1)
        picture = await office.cache.keep(b"jpeg")
        office.worker.update(office.job(id=job.id, pictures=(picture,)))
        office.worker.release(job.id)
        await asyncio.sleep(1)
        assert (office.waiting, office.ends) == ([], ["sent"])
        assert await office.cache.picture(picture) is None


async def test_who_was_not_reached_is_tried_alone_later():
    office = Office()

    def answer(job):
        return Delivery() if job.attempts else Delivery(left=job, note="you@x: 451 later", held_back=2)

    office.sender.answer = answer
    async with office.open():
        office.add()
        await asyncio.sleep(1)
        assert office.worker.state.last_error == "you@x: 451 later"
        await asyncio.sleep(60)
    assert office.instants == [0, 30]
    assert [(ended.reason, ended.error, ended.held_back) for ended in office.told] == [
        ("sent", "you@x: 451 later", 2),
        ("sent", None, None),
    ]


async def test_what_the_other_side_has_is_gone_from_the_disk_while_the_goodbye_lasts():
    office = Office()
    office.sender.goodbye = lambda: asyncio.sleep(2)
    async with office.open():
        office.add()
        await asyncio.sleep(1)
        assert (office.waiting, office.ends, office.sender.goodbyes) == ([], ["sent"], 1)


async def test_a_fault_in_the_goodbye_does_not_do_it_again():
    async def broken():
        raise RuntimeError

    office = Office()
    office.sender.goodbye = broken
    async with office.open():
        office.add()
        await asyncio.sleep(3600)
        assert (office.waiting, office.ends, office.instants) == ([], ["sent"], [0])
