from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bridge.linkage.delivery.retry_policy import (
    LONGEST_LIFE_S,
    MOST_BYTES,
    MOST_JOBS,
    PAUSES,
    given_up,
    in_order,
    refusal_of,
)
from bridge.store.job import Job

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def a_job(number, part=1):
    return Job(id=f"ftp-{number}-{part}", kind="ftp", seq=number, created=NOW, due=NOW, body="")


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_pauses_never_shrink_and_never_exceed_a_quarter_more_than_15_minutes(attempts, chance):
    assert 30 <= PAUSES.wait_s(attempts, 0) <= PAUSES.wait_s(attempts, chance) <= 900 * 1.25
    assert PAUSES.wait_s(attempts, 0) <= PAUSES.wait_s(attempts + 1, 0)


def test_jobs_are_in_the_order_of_their_alarms_and_pictures():
    jobs = [a_job(10), a_job(9, 10), a_job(9, 2)]
    assert [job.id for job in in_order(jobs)] == ["ftp-9-2", "ftp-9-10", "ftp-10-1"]


AGES = st.floats(0, 2 * LONGEST_LIFE_S)
SIZES = st.integers(0, MOST_BYTES // 2)


@given(st.lists(st.tuples(AGES, SIZES), max_size=2 * MOST_JOBS))
def test_what_is_left_is_young_few_and_small_and_the_newest_stays_unless_it_is_old(told):
    jobs = [a_job(number) for number, _ in enumerate(told)]
    ages, sizes = {j.id: a for j, (a, _) in zip(jobs, told, strict=True)}, dict(enumerate(size for _, size in told))
    gone = given_up(jobs, age_s=lambda job: ages[job.id], size_bytes=lambda job: sizes[job.seq])
    names = [job.id for job, _ in gone]
    left = [job for job in jobs if job.id not in names]
    assert len(names) == len(set(names))
    assert len(left) <= MOST_JOBS
    assert all(ages[job.id] <= LONGEST_LIFE_S for job in left)
    assert sum(sizes[job.seq] for job in left) <= MOST_BYTES
    young = [job for job in jobs if ages[job.id] <= LONGEST_LIFE_S]
    assert young[-1:] == left[-1:]


def test_what_takes_no_room_does_not_go_for_the_room():
    sizes = {1: 0, 2: MOST_BYTES, 3: MOST_BYTES}
    gone = given_up([a_job(1), a_job(2), a_job(3)], age_s=lambda _: 0, size_bytes=lambda job: sizes[job.seq])
    assert [job.id for job, _ in gone] == ["ftp-2-1"]


def test_two_refusals_are_the_same_by_step_and_code():
    assert refusal_of("login: 535 5.7.8 not accepted q12-20020a") == refusal_of("login: 535 5.7.8 not accepted x9-1")
    assert refusal_of("login: 535 no") != refusal_of("login: 534 no")
    assert refusal_of("recipient a@x: 550 no") != refusal_of("recipient b@x: 550 no")
    assert refusal_of("connect: no more today") == "connect: no more today"


def test_a_port_is_no_code_of_the_server():
    expired, unknown = (f"STARTTLS: the certificate of mx:587 is refused: {why}" for why in ("expired", "unknown"))
    assert refusal_of(expired) == expired
    assert refusal_of(unknown) == unknown
