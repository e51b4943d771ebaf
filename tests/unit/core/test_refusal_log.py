from __future__ import annotations

from bridge.core.refusal_log import ALL_AT_MOST, SOURCES_AT_MOST, TOLD_AT_MOST, RefusalLog


def flood(refusals, *, seconds, per_s=100, topic="a/set"):
    """What became of refusals at a steady rate: entries of their own, and minutes."""
    told, minutes = 0, []
    for number in range(seconds * per_s):
        at = number / per_s
        minutes += refusals.elapse(at)
        told += refusals.takes({"by": "mqtt", "path": topic, "error": str(number)}, at)
    return told, minutes


def test_a_few_refusals_are_all_told():
    refusals = RefusalLog()
    assert all(refusals.takes({"path": "a"}, at) for at in range(TOLD_AT_MOST))
    assert refusals.elapse(1000) == []
    assert refusals.due is None


def test_of_a_flood_twenty_are_told_and_then_one_a_minute_that_counts_the_others():
    told, minutes = flood(RefusalLog(), seconds=600)
    assert told == TOLD_AT_MOST
    assert [minute.count for minute in minutes] == [6000 - TOLD_AT_MOST, *[6000] * 8]
    assert minutes[0].last == {"by": "mqtt", "path": "a/set", "error": "5999"}


def test_none_is_lost_whatever_the_flood():
    refusals = RefusalLog()
    told, minutes = flood(refusals, seconds=90)
    minutes += refusals.end()
    assert told + sum(minute.count for minute in minutes) == 9000
    assert refusals.due is None


def test_a_minute_is_over_without_another_refusal():
    refusals = RefusalLog()
    flood(refusals, seconds=1)
    assert refusals.due == 60
    assert [minute.count for minute in refusals.elapse(60)] == [100 - TOLD_AT_MOST]
    assert refusals.due == 120
    assert refusals.elapse(120) == []
    assert refusals.due is None
    assert refusals.takes({"path": "a/set"}, 121)


def test_one_that_floods_keeps_nobody_else_from_being_told():
    refusals = RefusalLog()
    flood(refusals, seconds=1)
    assert refusals.takes({"by": "mqtt", "path": "b/set", "error": "no"}, 1)


def test_sources_are_bounded():
    refusals = RefusalLog()
    taken = [refusals.takes({"path": str(number)}, 0) for number in range(10_000)]
    assert taken.count(True) == SOURCES_AT_MOST + TOLD_AT_MOST
    assert [minute.count for minute in refusals.elapse(60)] == [10_000 - SOURCES_AT_MOST - TOLD_AT_MOST]


def test_whoever_invents_topics_all_day_does_not_fill_the_journal():
    refusals, told, minutes = RefusalLog(), 0, []
    for number in range(24 * 60 * 60):  # one a second, none of them like another for an hour
        minutes += refusals.elapse(number)
        told += refusals.takes({"path": str(number % 3600)}, number)
    minutes += refusals.end()
    assert told <= 24 * ALL_AT_MOST
    assert len(minutes) <= 24 * 60
    assert told + sum(minute.count for minute in minutes) == 24 * 60 * 60
