from __future__ import annotations

from bridge.core.rate_limit import AT_MOST, WITHIN_S, RateLimit


def test_a_few_at_once_may_run_and_a_loop_gets_one_a_second():
    rate = RateLimit()
    assert [rate.take("snapshot", 0) for _ in range(AT_MOST + 5)].count(True) == AT_MOST
    in_a_loop = [rate.take("snapshot", at / 10) for at in range(1, 1000)].count(True)
    assert in_a_loop == 9 * AT_MOST == 90 * AT_MOST / WITHIN_S


def test_each_kind_has_a_rate_of_its_own():
    rate = RateLimit()
    assert all(rate.take(kind, 0) for kind in ("ftp", "record") for _ in range(AT_MOST))
