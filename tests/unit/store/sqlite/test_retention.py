from datetime import datetime, timedelta

import pytest
from words.journal_entries import NOON, an_entry

from bridge.store.sqlite.connection import connect
from bridge.store.sqlite.retention import EVERY_S, KEPT_FOR, NEXT_STEP_S, STEP, ExpiryPace, expired
from bridge.store.sqlite.rows import EPOCH, entry_row
from bridge.store.sqlite.schema import migrate

NOW = NOON + timedelta(days=200)
OLD = NOW - KEPT_FOR - timedelta(days=1)
RECENT = NOW - KEPT_FOR + timedelta(days=1)
UNSET = EPOCH + timedelta(seconds=30)


@pytest.fixture
def connection(tmp_path):
    connection = connect(tmp_path / "test.db")
    migrate(connection)
    yield connection
    connection.close()


def holding(connection, *times: datetime):
    rows = [entry_row(an_entry(seq, time=time)) for seq, time in enumerate(times, start=1)]
    connection.executemany(
        "INSERT INTO journal (seq, id, boot, kind, time_us, offset_s, detail) VALUES (?, ?, ?, ?, ?, ?, ?)", rows
    )


def gone(connection, *times, kept=100_000, now=NOW):
    holding(connection, *times)
    return expired(connection, entries=len(times), now=now, kept=kept)


def test_entries_of_more_than_ninety_days_go(connection):
    assert gone(connection, OLD, OLD, RECENT, RECENT) == [1, 2]


def test_entries_beyond_the_number_go_from_the_oldest_on(connection):
    assert gone(connection, *[RECENT] * 10, kept=7) == [1, 2, 3]


def test_whichever_rule_takes_more_decides(connection):
    assert gone(connection, OLD, RECENT, RECENT, RECENT, kept=2) == [1, 2]


def test_nothing_goes_from_a_journal_within_both_limits(connection):
    assert gone(connection, RECENT, RECENT) == []


def test_age_does_not_count_when_no_time_is_given(connection):
    assert gone(connection, OLD, OLD, now=None) == []


def test_one_step_is_bounded(connection):
    assert gone(connection, *[OLD] * (STEP + 50)) == list(range(1, STEP + 1))


def test_all_of_a_journal_may_be_too_old(connection):
    assert gone(connection, OLD, OLD, OLD) == [1, 2, 3]


def test_entries_from_before_the_clock_was_set_stay_as_long_as_those_after_them(connection):
    assert gone(connection, UNSET, UNSET, RECENT) == []


def test_entries_from_before_the_clock_was_set_go_with_old_ones_after_them(connection):
    assert gone(connection, OLD, UNSET, OLD, UNSET, RECENT) == [1, 2, 3]


def test_a_clock_that_was_slow_for_a_while_cuts_no_hole(connection):
    assert gone(connection, RECENT, OLD, RECENT) == []


def test_age_is_looked_at_with_the_first_commit_and_then_once_an_hour():
    pace = ExpiryPace()
    assert pace.is_due(100.0)
    pace.checked(100.0, more=False)
    assert pace.next_step_at is None
    assert not pace.is_due(100.0 + EVERY_S - 1)
    assert pace.is_due(100.0 + EVERY_S)


def test_a_full_step_is_followed_by_the_next_soon():
    pace = ExpiryPace()
    pace.checked(100.0, more=True)
    assert pace.next_step_at == 100.0 + NEXT_STEP_S
    assert pace.is_due(100.0 + NEXT_STEP_S)


def test_a_step_full_of_entries_before_the_clock_was_set_looks_for_the_next_valid_time(connection):
    assert gone(connection, *[UNSET] * (STEP + 5), OLD, RECENT) == list(range(1, STEP + 1))


def test_a_step_full_of_entries_before_the_clock_was_set_and_none_old_after_them_stays(connection):
    assert gone(connection, *[UNSET] * (STEP + 5), RECENT) == []
