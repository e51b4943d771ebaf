"""What the guard makes of what the daemon says."""

from __future__ import annotations

import pytest

from bridge.guard.health import DaemonHealth, Timeouts


@pytest.fixture
def signs():
    signs = DaemonHealth(Timeouts(ready_s=60, life_s=10))
    signs.started(100.0)
    return signs


def test_it_is_unwell_until_it_is_ready_and_has_longer_for_that(signs):
    assert signs.health(101) == (False, "starting")
    assert signs.deadline == 160
    signs.heard("READY=1\nSTATUS=2 inputs, 1 outputs", 103)
    assert signs.health(104) == (True, "2 inputs, 1 outputs")
    assert signs.deadline == 113


def test_each_sign_of_life_moves_the_deadline_and_without_one_it_is_unwell(signs):
    signs.heard("READY=1", 103)
    signs.heard("WATCHDOG=1", 108)
    assert signs.health(118)[0]
    assert signs.health(118.5) == (False, "no sign of life for 10 s")


def test_signs_of_life_do_not_make_it_ready(signs):
    signs.heard("WATCHDOG=1", 130)
    assert not signs.ready
    assert not signs.health(131)[0]


def test_one_that_stops_or_has_ended_is_unwell_and_says_so(signs):
    signs.heard("READY=1", 103)
    signs.heard("STOPPING=1", 104)
    assert signs.health(104) == (False, "stopping")
    signs.ended("was ended by signal 9 (Killed)")
    assert signs.health(105) == (False, "was ended by signal 9 (Killed)")


def test_that_one_was_ready_is_remembered_over_its_end(signs):
    assert not signs.was_ready
    signs.heard("READY=1", 103)
    signs.ended("gone")
    signs.started(110)
    assert signs.was_ready
    assert not signs.ready


def test_words_of_a_newer_daemon_do_not_trouble_the_guard(signs):
    signs.heard("EXTEND_TIMEOUT_USEC=5\nnonsense\n=\nREADY=1", 103)
    assert signs.ready
