from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from bridge.mqtt.publishing.replay_rate import BURST, LATE_S, REMEMBERED_S, STEP_S, ReplayPace


def times(pace, count, *, at=1000.0, slow=0.0):
    """When so many entries go out, if each takes `slow` seconds."""
    gone = []
    for _ in range(count):
        at += pace.wait_s(at) or 0.0
        gone.append(at)
        at += slow
    return gone


def test_entries_go_out_faster_than_a_thousand_and_slower_than_two_thousand_a_second():
    gone = times(ReplayPace(), 20_000)
    assert 1000 < 20_000 / (gone[-1] - gone[0]) < 2000


def test_no_subscribers_queue_is_ever_filled_by_what_goes_out_within_a_moment():
    gone = times(ReplayPace(), 5000)
    assert max(sum(at <= each < at + 0.1 for each in gone) for at in gone[::100]) < 300


def test_time_lost_between_bursts_is_made_up_for():
    assert times(ReplayPace(), 2000, slow=0.0003)[-1] < times(ReplayPace(), 2000)[-1] + 0.003


def test_no_more_than_a_moment_is_made_up_for():
    pace = ReplayPace()
    times(pace, BURST)
    gone = times(pace, 5000, at=2000.0)
    assert sum(at == 2000.0 for at in gone) < 2 * BURST + LATE_S * 2000


def test_everybody_else_has_a_turn_between_two_bursts():
    pace = ReplayPace()
    assert [pace.wait_s(5.0) is None for _ in range(2 * BURST)].count(False) == 2


def rate(pace, at, *, over_s=10.0):
    """Entries a second from an instant on, over so long."""
    begun, count = at, 0
    while at - begun < over_s:
        at += pace.wait_s(at) or 0.0
        count += 1
    return count / over_s


def test_after_trouble_entries_go_out_one_at_a_time_and_fewer_than_a_hundred_a_second():
    pace = ReplayPace()
    pace.slower(1000.0)
    gone = times(pace, 500)
    assert 40 < 500 / (gone[-1] - gone[0]) < 60
    assert min(later - earlier for earlier, later in pairwise(gone)) > 0.015
    assert gone[0] > 1000.0


def test_without_further_trouble_the_rate_doubles_step_by_step_to_half_of_what_failed():
    pace = ReplayPace()
    pace.slower(0.0)
    rates = [rate(pace, at) for at in range(0, 300, int(STEP_S))]
    assert [round(one, -1) for one in rates[:5]] == [50, 100, 200, 400, 800]
    assert max(rates) < 900
    assert rate(pace, REMEMBERED_S + STEP_S) > 1000


def test_a_rate_that_failed_on_the_way_up_is_not_tried_again_for_an_hour_and_then_for_two():
    pace = ReplayPace()
    pace.slower(0.0)
    assert 90 < rate(pace, STEP_S) < 110
    pace.slower(STEP_S + 10)
    for at in range(60, 3600, int(STEP_S)):
        assert rate(pace, float(at)) < 60
    again = STEP_S + 10 + 2 * REMEMBERED_S
    assert rate(pace, again - 20) < 60
    assert rate(pace, again + STEP_S) > 60


def test_there_is_a_slowest_rate():
    pace = ReplayPace()
    for at in range(10):
        pace.slower(float(at))
    assert 5 < rate(pace, 10.0) < 8


@given(
    steps=some.lists(some.tuples(some.sampled_from([0.1, 10.0, 40.0, 4000.0, 90_000.0]), some.booleans()), max_size=20)
)
def test_whatever_happens_the_rate_stays_within_its_bounds(steps):
    pace = ReplayPace()
    at = 0.0
    for wait_s, trouble in steps:
        at += wait_s
        if trouble:
            pace.slower(at)
        assert 4 < rate(pace, at, over_s=1.0) < 1800
        at += 1.0
