from __future__ import annotations

from bridge.mqtt.publishing.replay_rate import BURST, LATE_S, ReplayPace


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
