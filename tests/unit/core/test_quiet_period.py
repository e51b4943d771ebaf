"""How much of its linkage a begin runs."""

from __future__ import annotations

from bridge.core.quiet_period import QuietPeriod


def chattering(pacing, begin):
    for index in range(21):
        pacing.chatter.tripped(begin + index / 100)
    return pacing


def test_the_first_begin_runs_all_of_it_and_those_in_the_quiet_period_extend():
    pacing = QuietPeriod()
    assert pacing.linkage(0) == "whole"
    pacing.ran("whole", 0, quiet_s=5)
    assert (pacing.linkage(4.9), pacing.is_quiet(4.9)) == ("extend", True)
    assert (pacing.linkage(5), pacing.is_quiet(5)) == ("whole", False)


def test_what_extends_starts_no_quiet_period_of_its_own():
    pacing = QuietPeriod()
    pacing.ran("whole", 0, quiet_s=5)
    pacing.ran("extend", 4, quiet_s=5)
    assert pacing.linkage(6) == "whole"


def test_under_chatter_there_is_one_run_a_minute_whole_or_not():
    pacing = QuietPeriod()
    pacing.ran("whole", 0, quiet_s=600)
    chattering(pacing, 0.5)
    assert (pacing.linkage(1), pacing.held_until) == ("held", 60)
    assert pacing.linkage(60) == "extend"
    pacing.ran("extend", 60, quiet_s=600)
    assert pacing.linkage(61) == "held"


def test_chatter_alone_holds_nothing_that_has_not_run():
    assert chattering(QuietPeriod(), 0).linkage(1) == "whole"


def test_a_begin_that_was_held_neither_runs_nor_makes_quiet():
    pacing = QuietPeriod()
    pacing.ran("held", 0, quiet_s=600)
    pacing.ran("none", 0, quiet_s=600)
    assert pacing.linkage(0) == "whole"
