"""The password, how tries are slowed, and sessions."""

from bridge.web.access.sessions import IDLE_S, MOST_PEERS, MOST_SESSIONS, SESSION_S, Password, Sessions, Throttle


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def fail(throttle, peer, times, now=0.0):
    for _ in range(times):
        throttle.failed(peer, now)


def test_the_first_failures_cost_nothing_then_each_doubles_the_wait_up_to_a_minute():
    throttle, waits = Throttle(), []
    for _ in range(12):
        waits.append(throttle.wait_s("192.0.2.1", 0.0))
        throttle.failed("192.0.2.1", 0.0)
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_wait_passes_and_the_right_password_forgives():
    throttle = Throttle()
    fail(throttle, "192.0.2.1", 5)
    assert throttle.wait_s("192.0.2.1", 1.5) == 2.5
    assert throttle.wait_s("192.0.2.1", 4.0) == 0
    throttle.succeeded("192.0.2.1")
    throttle.failed("192.0.2.1", 4.0)
    assert throttle.wait_s("192.0.2.1", 4.0) == 0


def test_who_has_a_whole_network_of_addresses_is_one():
    throttle = Throttle()
    for last in range(6):
        throttle.failed(f"2001:db8::{last}", 0.0)
    assert throttle.wait_s("2001:db8::ffff", 0.0) == 8
    assert throttle.wait_s("2001:db8:0:1::1", 0.0) == 0
    assert throttle.wait_s("192.0.2.1", 0.0) == 0


def test_what_is_remembered_of_peers_is_bounded():
    throttle = Throttle()
    fail(throttle, "192.0.2.1", 9)
    for number in range(MOST_PEERS):
        throttle.failed(f"198.51.{number // 250}.{number % 250}", 0.0)
    assert throttle.wait_s("192.0.2.1", 0.0) == 0


async def test_only_the_password_matches_and_is_known_again_without_the_work():
    password = Password("corréct horse")
    for wrong in ("correct horse", "", "x" * 5000):
        assert not await password.matches(wrong)
        assert not password.has_seen(wrong)
    assert not password.has_seen("corréct horse")
    assert await password.matches("corréct horse")
    assert password.has_seen("corréct horse")
    assert not password.has_seen("correct horse")


def test_a_session_ends_by_idling_by_age_by_leaving_and_by_making_room():
    clock = Clock()
    sessions = Sessions(clock)
    cookie = sessions.begin()
    assert sessions.knows(cookie)
    assert not sessions.knows(None)
    assert not sessions.knows("made-up")
    clock.now += IDLE_S - 1
    assert sessions.knows(cookie)
    clock.now += IDLE_S + 1
    assert not sessions.knows(cookie)
    cookie = sessions.begin()
    for _ in range(int(SESSION_S / (IDLE_S - 1)) + 1):
        clock.now += IDLE_S - 1
        alive = sessions.knows(cookie)
    assert not alive
    cookie = sessions.begin()
    sessions.end(cookie)
    assert not sessions.knows(cookie)
    cookie = sessions.begin()
    for _ in range(MOST_SESSIONS):
        sessions.begin()
    assert not sessions.knows(cookie)


def test_a_token_is_of_one_session_only():
    sessions = Sessions(Clock())
    one, other = sessions.begin(), sessions.begin()
    assert sessions.token(one) == sessions.token(one) != sessions.token(other)
    assert sessions.token(None) != Sessions(Clock()).token(None)
