import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.system.backoff import Backoff

FIRST_S = st.floats(0.001, 1000)
RATIOS = st.floats(1, 1e6)
CHANCES = st.floats(0, 1, exclude_max=True)
FAILURES = st.integers(1, 10**9)


@given(FIRST_S, RATIOS, FAILURES)
def test_waits_never_shrink_and_stay_between_the_first_and_the_longest(first_s, ratio, failures):
    backoff = Backoff(first_s=first_s, longest_s=first_s * ratio)
    assert first_s <= backoff.wait_s(failures) <= backoff.wait_s(failures + 1) <= backoff.longest_s


@given(FIRST_S, RATIOS)
def test_each_wait_is_twice_the_one_before_until_the_longest(first_s, ratio):
    backoff = Backoff(first_s=first_s, longest_s=first_s * ratio)
    assert backoff.wait_s(1) == first_s
    for failures in range(1, 30):
        assert backoff.wait_s(failures + 1) == min(2 * backoff.wait_s(failures), backoff.longest_s)


@given(FIRST_S, RATIOS, FAILURES, CHANCES)
def test_jitter_stays_within_its_factors(first_s, ratio, failures, chance):
    longest_s = first_s * ratio
    nominal_s = Backoff(first_s=first_s, longest_s=longest_s).wait_s(failures)
    jittered_s = Backoff(first_s=first_s, longest_s=longest_s, least=0.75, most=1.25).wait_s(failures, chance)
    assert 0.75 * nominal_s <= jittered_s <= 1.25 * nominal_s


@given(FIRST_S, RATIOS)
def test_the_failures_that_bring_the_longest_wait_are_the_fewest_that_do(first_s, ratio):
    backoff = Backoff(first_s=first_s, longest_s=first_s * ratio)
    fewest = backoff.failures_to_longest
    assert backoff.wait_s(fewest) == backoff.longest_s
    assert fewest == 1 or backoff.wait_s(fewest - 1) < backoff.longest_s


@pytest.mark.parametrize(("chance", "wait_s"), [(0.0, 3.0), (0.5, 4.0), (0.75, 4.5)])
def test_the_chance_chooses_the_factor(chance, wait_s):
    assert Backoff(first_s=1, longest_s=4, least=0.75, most=1.25).wait_s(3, chance) == wait_s
