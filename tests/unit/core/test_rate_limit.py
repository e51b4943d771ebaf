from __future__ import annotations

import pytest

from bridge.core.rate_limit import RateLimit, RateLimits


def test_as_many_as_allowed_at_once_and_then_none_until_the_first_is_old_enough():
    limit = RateLimit(at_most=3, within_s=10)
    assert [limit.take(0), limit.take(1), limit.take(1), limit.take(9.9)] == [True, True, True, False]
    assert limit.take(10), "the first left the window at this very instant"
    assert not limit.take(10.9)
    assert limit.take(11)


def test_a_loop_gets_the_rate_in_the_long_run():
    limit = RateLimit(at_most=10, within_s=10)
    assert sum(limit.take(at / 10) for at in range(1000)) == 100


def test_one_that_is_refused_does_not_count():
    limit = RateLimit(at_most=1, within_s=60)
    assert limit.take(0)
    assert not any(limit.take(at) for at in range(1, 60))
    assert limit.take(60)


@pytest.mark.parametrize("begin", [0.0, 0.5, 1e9])
def test_the_first_is_always_allowed_whatever_the_clock_says(begin):
    assert RateLimit(at_most=1, within_s=60).take(begin)


def test_asking_counts_nothing_and_counting_goes_beyond_the_limit():
    limit = RateLimit(at_most=2, within_s=10)
    assert not any(limit.is_used_up(0) for _ in range(5))
    for at in (0, 1, 2):
        limit.count(at)
    assert limit.is_used_up(10.9), "two after 0.9"
    assert not limit.is_used_up(11)


def test_each_key_has_a_limit_of_its_own():
    limits = RateLimits(at_most=2, within_s=10)
    assert all(limits.take(key, 0) for key in ("ftp", "record") for _ in range(2))
    assert not limits.take("ftp", 9)
    assert not limits.take("record", 9)
    assert limits.take("email", 9)
