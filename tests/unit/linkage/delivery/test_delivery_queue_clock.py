"""The wall clock is set, and the program begins again: no job is lost, late or hammered for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from fakes.post_office import BEGIN, HOUR, Office
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.core.facts import Now
from bridge.errors import ActionFailed, ActionRefused
from bridge.linkage.delivery.due_times import LONGEST_DUE_S, DueTimes
from bridge.linkage.delivery.sender import Delivery
from bridge.store.job import Job

pytestmark = pytest.mark.virtual_time

YEAR_S = 365 * 24 * HOUR


def down(_job):
    return ActionFailed("no")


@pytest.mark.parametrize("step_s", [3 * YEAR_S, 3 * 24 * HOUR, 3 * HOUR, -3 * HOUR, -3 * YEAR_S])
async def test_a_clock_that_is_set_moves_no_try_and_drops_no_job(step_s):
    office = Office()
    office.sender.answer = down
    async with office.open():
        job = office.add()
        await asyncio.sleep(100)
        office.set_clock(seconds=step_s)
        await asyncio.sleep(900)
        [kept] = office.outbox.jobs()
        assert office.instants == [0, 30, 90, 210, 450, 930]
        assert kept.created == job.created + timedelta(seconds=step_s), "dated anew, for a restart"
        assert office.ends == ["failed"]


async def test_jobs_from_before_the_clock_was_set_outlive_the_restart_after_it():
    unset = Office(wall=BEGIN.replace(year=2024))
    unset.sender.answer = down
    async with unset.open():
        unset.add()
        await asyncio.sleep(10)
    office = Office(outbox=unset.outbox, wall=BEGIN)
    async with office.open():
        await asyncio.sleep(1)
    assert office.ends == ["sent"]


async def test_a_restart_with_a_clock_that_is_not_set_drops_nothing_and_waits_no_longer_than_a_pause():
    before = Office()
    before.sender.answer = down
    async with before.open():
        before.add()
        await asyncio.sleep(1)
    office = Office(outbox=before.outbox, wall=BEGIN.replace(year=1970))
    async with office.open():
        await asyncio.sleep(LONGEST_DUE_S + 1)
    assert office.ends == ["sent"]


async def test_a_restart_keeps_the_pause_and_the_age_and_the_last_error_of_what_failed():
    before = Office()
    before.sender.answer = down
    async with before.open():
        before.add()
        await asyncio.sleep(100)  # tried at 0, 30, 90
    office = Office(outbox=before.outbox, wall=BEGIN + timedelta(seconds=110))
    office.sender.answer = down
    async with office.open():
        assert office.worker.state.queued == 1
        await asyncio.sleep(1)
        assert office.worker.state.last_error == "no"
        await asyncio.sleep(100)
        assert office.instants == [100]
        await asyncio.sleep(24 * HOUR)
    assert office.ends == ["dropped"]
    assert office.told[0].seconds < 24 * HOUR + 1200


async def test_a_restart_tries_at_once_what_was_never_tried_though_it_waited_for_pictures():
    before = Office()
    async with before.open():
        before.add(held=True)
        await asyncio.sleep(1)
    office = Office(outbox=before.outbox)
    async with office.open():
        await asyncio.sleep(1)
    assert (office.instants, office.ends) == ([0], ["sent"])


async def test_jobs_of_a_store_that_opens_late_are_found():
    office = Office()
    async with office.open():
        await asyncio.sleep(1)
        office.outbox.put(office.job())
        await asyncio.sleep(301)
    assert office.ends == ["sent"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(["", "held", "unreadable", "heavy"])),
        st.tuples(st.just("server"), st.sampled_from(["up", "down", "refuses", "broken"])),
        st.tuples(st.just("wait"), st.floats(0, 4000)),
        st.tuples(st.just("clock"), st.floats(-2 * YEAR_S, 2 * YEAR_S)),
        st.tuples(st.just("restart"), st.just(0)),
        st.tuples(st.just("retry_now"), st.just(0)),
    ),
    max_size=25,
)


ANSWERS = {"up": Delivery(), "down": ActionFailed("no"), "refuses": ActionRefused("login: 535"), "broken": KeyError()}


class History:
    """One device through days of trouble; `ends` are what became of its jobs."""

    def __init__(self, steps):
        self.steps, self.state, self.added, self.ends = list(steps), "up", 0, []
        self.office = Office()

    async def one_run(self):
        """Until the program begins again, or nothing more happens."""
        self.office.sender.answer = lambda _: ANSWERS[self.state]
        async with self.office.open():
            while self.steps:
                what, value = self.steps.pop(0)
                if what == "restart":
                    break
                await getattr(self, what)(value)
        self.ends += [ended.reason for ended in self.office.told if ended.reason in ("sent", "dropped")]
        self.office = Office(outbox=self.office.outbox, wall=self.office.now().local)

    async def add(self, body):
        self.office.add(body, id=f"email-{self.added}-1", seq=self.added)
        self.added += 1

    async def server(self, state):
        self.state = state

    async def wait(self, seconds):
        await asyncio.sleep(seconds)

    async def clock(self, seconds):
        self.office.set_clock(seconds=seconds)

    async def retry_now(self, _):
        self.office.worker.retry_now()


@given(STEPS)
@settings(max_examples=60)
async def test_whatever_happens_each_job_is_sent_once_or_dropped_once_or_still_waits(steps):
    history = History(steps)
    while history.steps:
        await history.one_run()
    assert len(history.ends) + len(history.office.waiting) == history.added
    # In the end a server that works gets, within a pause, whatever is left.
    history.state, history.steps = "up", [("wait", LONGEST_DUE_S + 10)]
    await history.one_run()
    assert history.office.waiting == []
    assert len(history.ends) == history.added


@given(st.lists(st.floats(-2 * YEAR_S, 2 * YEAR_S), max_size=5), st.floats(0, 2000))
def test_the_timetable_of_a_run_does_not_depend_on_the_wall_clock(steps, wait_s):
    timetable, wall = DueTimes(release_year=2026), BEGIN
    job = Job(id="email-1-1", kind="email", seq=1, created=BEGIN, due=BEGIN, body="")
    timetable.begin(job, Now(monotonic=0, local=wall))
    timetable.put_off(job.id, wait_s)
    for second, step in enumerate(steps):
        wall += timedelta(seconds=step)
        now = Now(monotonic=float(second), local=wall)
        timetable.clock_was_set(now)
        timetable.adopt([job], now)
        assert timetable.wait_s(now) == max(wait_s - second, 0)
        assert timetable.age_s(job, now) == second
        dated = timetable.dated(job, now)
        assert abs((now.local - dated.created).total_seconds() - second) < 0.001
