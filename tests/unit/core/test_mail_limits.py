"""One mail per gap an input, and thirty an hour."""

from __future__ import annotations

from bridge.core.mail_limits import MailLimits


def test_an_input_sends_one_mail_per_gap_and_others_have_gaps_of_their_own():
    limits = MailLimits()
    assert limits.take("door", 0, min_gap_s=60)
    assert not limits.take("door", 59.9, min_gap_s=60)
    assert limits.take("gate", 59.9, min_gap_s=60)
    assert limits.take("door", 60, min_gap_s=60)


def test_what_may_not_be_sent_does_not_count():
    limits = MailLimits()
    limits.take("door", 0, min_gap_s=60)
    limits.take("door", 50, min_gap_s=60)
    assert limits.take("door", 60, min_gap_s=60)


def test_thirty_an_hour_over_all_inputs():
    limits = MailLimits()
    assert all(limits.take(f"input-{at}", at, min_gap_s=0) for at in range(30))
    assert not limits.take("door", 3599.9, min_gap_s=0)
    assert limits.take("door", 3600, min_gap_s=0)
    assert not limits.take("door", 3600.5, min_gap_s=0)


def test_mails_by_command_count_among_the_thirty_and_never_take_them_all():
    limits = MailLimits()
    assert [limits.take_by_command(at) for at in range(30)].count(True) == 20
    assert [limits.take(f"input-{at}", 30 + at, min_gap_s=0) for at in range(30)].count(True) == 10
    assert not limits.take_by_command(100)
    assert limits.take_by_command(3600), "the first of them is an hour ago"


def test_a_mail_by_command_keeps_no_gap_and_makes_none():
    limits = MailLimits()
    assert limits.take_by_command(0)
    assert limits.take_by_command(0)
    assert limits.take("door", 0, min_gap_s=60)
