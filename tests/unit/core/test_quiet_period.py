"""How much of its linkage a begin runs."""

from __future__ import annotations

from bridge.core.quiet_period import QuietPeriod


def chattering(quiet_period, begin):
    for index in range(21):
        quiet_period.chatter.tripped(begin + index / 100)
    return quiet_period


def test_the_first_begin_runs_all_of_it_and_those_in_the_quiet_period_extend():
    quiet_period = QuietPeriod()
    assert quiet_period.linkage(0) == "whole"
    quiet_period.ran("whole", 0, quiet_s=5)
    assert (quiet_period.linkage(4.9), quiet_period.is_quiet(4.9)) == ("extend", True)
    assert (quiet_period.linkage(5), quiet_period.is_quiet(5)) == ("whole", False)


def test_what_extends_starts_no_quiet_period_of_its_own():
    quiet_period = QuietPeriod()
    quiet_period.ran("whole", 0, quiet_s=5)
    quiet_period.ran("extend", 4, quiet_s=5)
    assert quiet_period.linkage(6) == "whole"


def test_under_chatter_there_is_one_run_a_minute_whole_or_not():
    quiet_period = QuietPeriod()
    quiet_period.ran("whole", 0, quiet_s=600)
    chattering(quiet_period, 0.5)
    assert (quiet_period.linkage(1), quiet_period.held_until) == ("held", 60)
    assert quiet_period.linkage(60) == "extend"
    quiet_period.ran("extend", 60, quiet_s=600)
    assert quiet_period.linkage(61) == "held"


def test_chatter_alone_holds_nothing_that_has_not_run():
    assert chattering(QuietPeriod(), 0).linkage(1) == "whole"


def test_a_begin_that_was_held_neither_runs_nor_makes_quiet():
    quiet_period = QuietPeriod()
    quiet_period.ran("held", 0, quiet_s=600)
    quiet_period.ran("none", 0, quiet_s=600)
    assert quiet_period.linkage(0) == "whole"
