from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.mqtt.connection.keepalive import Check, Keepalive
from bridge.mqtt.publishing.birth import Birth


def test_a_silent_broker_is_pinged_and_then_given_up_within_one_and_a_half_keepalives():
    liveness = Keepalive(keepalive_s=30, at=0)
    assert liveness.next_check() == 22.5
    assert liveness.check(22.5) is Check.PING
    assert liveness.next_check() == 37.5
    assert liveness.check(37.4) is Check.NOTHING
    assert liveness.check(37.5) is Check.GIVE_UP


def test_an_answer_is_a_sign_of_life():
    liveness = Keepalive(keepalive_s=30, at=0)
    liveness.check(22.5)
    liveness.heard(23)
    assert liveness.next_check() == 45
    assert liveness.check(37.5) is Check.NOTHING


def test_a_bridge_that_only_listens_pings_in_time_for_the_broker():
    liveness = Keepalive(keepalive_s=30, at=0)
    liveness.heard(22)
    assert liveness.check(22.5) is Check.PING


def test_a_process_that_slept_asks_before_it_gives_up():
    liveness = Keepalive(keepalive_s=30, at=0)
    assert liveness.check(1000) is Check.PING
    assert liveness.check(1014) is Check.NOTHING


@given(st.lists(st.floats(0, 100), max_size=20), st.floats(0, 100))
def test_whenever_the_broker_stops_it_is_noticed_in_time(heard, stops_at):
    """The loop sleeps until `next_check` and is woken by nothing else."""
    liveness = Keepalive(keepalive_s=10, at=0)
    answers = sorted(at for at in heard if at <= stops_at)
    now, last = 0.0, 0.0
    for _ in range(100):
        due = liveness.next_check()
        while answers and answers[0] <= due:
            last = answers.pop(0)
            liveness.heard(last)
            due = liveness.next_check()
        now = max(now, due)
        asked = liveness.check(now)
        if asked is Check.GIVE_UP:
            break
        if asked is Check.PING and now <= stops_at:
            last = now
            liveness.heard(now)
    assert asked is Check.GIVE_UP
    assert now - stops_at <= 15


def test_home_assistants_birth_is_answered_after_one_to_five_seconds():
    assert Birth(random=lambda: 0.0).heard(b"online", 0) == 1
    assert Birth(random=lambda: 0.5).heard(b"online", 0) == 3


def test_home_assistants_end_is_not_answered_and_neither_is_a_second_birth_within_five_seconds():
    birth = Birth(random=lambda: 0.0)
    assert birth.heard(b"offline", 0) is None
    assert birth.heard(b"online", 1) == 1
    assert birth.heard(b"online", 5.9) is None
    assert birth.heard(b"online", 6) == 1
