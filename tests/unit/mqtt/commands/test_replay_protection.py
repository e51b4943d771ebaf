from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bridge.errors import CommandRefused
from bridge.mqtt.commands.answers import Request
from bridge.mqtt.commands.replay_protection import (
    MOST_REMEMBERED,
    MOST_WAITING,
    Repeat,
    SeenCommands,
    check_age,
    check_retained,
)

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def request(command_id="a", topic="t", reply_to="r"):
    return Request(topic=topic, id=command_id, reply_to=reply_to)


def age(expires=None, expiry_s=None, clock_is_right=True):
    check_age(expires=expires, utc=NOW, expiry_s=expiry_s, clock_is_right=clock_is_right)


def test_a_retained_command_is_refused_and_a_live_one_is_not():
    check_retained(retained=False)
    with pytest.raises(CommandRefused) as refused:
        check_retained(retained=True)
    assert refused.value.message == "was published retained; commands are not"


def test_a_command_is_good_until_the_instant_it_expires():
    age(expires=NOW + timedelta(milliseconds=1))
    with pytest.raises(CommandRefused) as refused:
        age(expires=NOW)
    assert refused.value.path == "expires"


def test_with_a_clock_that_is_not_set_nothing_has_expired():
    age(expires=NOW - timedelta(days=1), clock_is_right=False)


def test_a_message_whose_own_expiry_is_used_up_is_refused():
    age(expiry_s=1)
    with pytest.raises(CommandRefused):
        age(expiry_s=0)


def test_a_command_without_an_id_is_always_new():
    seen = SeenCommands()
    assert [seen.seen_before(request(None), 0), seen.seen_before(request(None), 0), len(seen)] == [None, None, 0]


def test_a_repeat_within_a_minute_gets_the_first_answer_and_after_it_is_done_anew():
    seen = SeenCommands()
    assert seen.seen_before(request(), 0) is None
    seen.remember_answer(request(), b"done")
    assert seen.seen_before(request(), 59.9) == Repeat(answer=b"done")
    assert seen.seen_before(request(), 60) is None


def test_the_same_id_on_another_topic_is_another_command():
    seen = SeenCommands()
    seen.seen_before(request(), 0)
    assert seen.seen_before(request(topic="other"), 0) is None


def test_repeats_of_a_command_at_work_wait_for_its_answer():
    seen = SeenCommands()
    seen.seen_before(request(), 0)
    second, third = request(reply_to="second"), request(reply_to="third")
    assert [seen.seen_before(second, 1), seen.seen_before(third, 2)] == [Repeat(answer=None)] * 2
    assert seen.remember_answer(request(), b"done") == (second, third)
    assert seen.remember_answer(request(), b"done") == ()


def test_too_many_repeats_of_a_command_at_work_are_refused():
    seen = SeenCommands()
    for _ in range(1 + MOST_WAITING):
        seen.seen_before(request(), 0)
    with pytest.raises(CommandRefused):
        seen.seen_before(request(), 0)


def test_a_command_that_is_withdrawn_may_come_again():
    seen = SeenCommands()
    seen.seen_before(request(), 0)
    seen.withdraw(request())
    assert seen.seen_before(request(), 0) is None


def test_what_is_remembered_is_bounded():
    seen = SeenCommands()
    for number in range(MOST_REMEMBERED + 500):
        seen.seen_before(request(str(number)), 0)
    assert len(seen) == MOST_REMEMBERED
