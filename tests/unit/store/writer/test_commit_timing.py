from bridge.store.writer.commit_timing import GATHER_S, INTERVAL_S, LAZY_S, RETRIES, commit_at


def test_nothing_that_waits_is_no_wake_up():
    assert commit_at(None, None, 100.0) is None


def test_the_first_alarm_waits_only_for_the_rest_of_its_step():
    assert commit_at(200.0, None, 100.0) == 200.0 + GATHER_S


def test_in_a_storm_commits_begin_one_interval_apart():
    assert commit_at(100.001, None, 100.0) == 100.0 + INTERVAL_S


def test_an_alarm_never_waits_longer_than_one_interval_and_the_gathering():
    waits = [commit_at(at, None, 100.0) - at for at in (100.0, 100.01, 100.03, 100.044, 100.045, 100.2, 200.0)]
    assert max(waits) <= INTERVAL_S + 1e-9
    assert INTERVAL_S < 0.050


def test_a_mark_that_may_be_lost_waits_for_company():
    assert commit_at(None, 200.0, 100.0) == 200.0 + LAZY_S


def test_an_alarm_takes_a_waiting_mark_along():
    assert commit_at(200.2, 200.0, 100.0) == 200.2 + GATHER_S


def test_retries_grow_ever_more_seldom_up_to_a_minute():
    waits = [RETRIES.wait_s(failures) for failures in range(1, 9)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]
    assert RETRIES.wait_s(100_000) == 60
