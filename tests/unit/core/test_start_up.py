"""The start-up table, and an alarm from before the stop that is never decided."""

from __future__ import annotations

import pytest

from bridge.core.facts import StoredInput
from bridge.core.start_up import StartUp

IN_ALARM, NORMAL = StoredInput(alarm=True), StoredInput(alarm=False)


@pytest.mark.parametrize(
    ("stored", "alarm", "decision"),
    [
        (IN_ALARM, True, "resumed"),
        (IN_ALARM, False, "ended"),
        (NORMAL, True, "startup"),
        (NORMAL, False, "normal"),
        (None, True, "initial"),
        (None, False, "normal"),
    ],
)
def test_the_alarm_of_before_and_that_of_now_give_the_decision(stored, alarm, decision):
    assert StartUp(stored).decide(alarm=alarm) == decision


def test_an_alarm_from_before_the_stop_counts_until_it_is_decided():
    start_up = StartUp(IN_ALARM)
    assert start_up.in_alarm
    start_up.decide(alarm=True)
    assert not start_up.in_alarm


def test_an_alarm_that_ended_undecided_begins_anew_when_the_line_is_read():
    start_up = StartUp(IN_ALARM)
    assert start_up.end()
    assert not start_up.end()
    assert start_up.decide(alarm=True) == "startup"


def test_nothing_is_kept_of_a_new_input_before_its_first_decision():
    start_up = StartUp(None)
    assert not start_up.is_kept
    start_up.decide(alarm=False)
    assert start_up.is_kept
