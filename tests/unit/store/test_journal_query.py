import sqlite3
from datetime import timedelta

import pytest
from words.journal_entries import NOON, an_entry

from bridge.errors import StoreError
from bridge.store.journal_query import FIRST_SINCE, UNSENT, EntryFilter, entries_from, read_entries, read_unsent, sql_of
from bridge.store.sqlite.connection import connect
from bridge.store.sqlite.rows import EPOCH, entry_row
from bridge.store.sqlite.schema import migrate

MANY = 50_000


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """50 000 entries, every fifth an alarm, the last ten unsent."""
    path = tmp_path_factory.mktemp("journal") / "test.db"
    connection = connect(path)
    migrate(connection)
    rows = (
        (*entry_row(an_entry(seq, kind="output_on" if seq % 5 else "alarm_begin")), int(seq <= MANY - 10))
        for seq in range(1, MANY + 1)
    )
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO journal (seq, id, boot, kind, time_us, offset_s, detail, sent) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    connection.execute("COMMIT")
    connection.close()
    return path


def seqs(entries):
    return [entry.seq for entry in entries]


def plan(path, statement, arguments):
    with sqlite3.connect(path) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", arguments).fetchall()
    connection.close()
    return "; ".join(row[3] for row in rows)


def test_the_newest_entries_come_oldest_first(path):
    assert seqs(read_entries(path, EntryFilter(limit=3))) == [MANY - 2, MANY - 1, MANY]


def test_paging_forward_begins_after_a_number(path):
    assert seqs(read_entries(path, EntryFilter(limit=3, after_seq=100))) == [101, 102, 103]


def test_one_kind_alone(path):
    assert seqs(read_entries(path, EntryFilter(limit=3, kind="alarm_begin"))) == [MANY - 10, MANY - 5, MANY]
    assert seqs(read_entries(path, EntryFilter(limit=2, kind="alarm_begin", after_seq=7))) == [10, 15]


def test_some_kinds_and_no_kind_at_all(path):
    kinds = frozenset({"alarm_begin", "fault"})
    assert seqs(read_entries(path, EntryFilter(limit=2, kinds=kinds, after_seq=7))) == [10, 15]
    assert read_entries(path, EntryFilter(kinds=frozenset())) == ()


def test_since_a_time(path):
    since = NOON + timedelta(seconds=MANY - 1)
    assert seqs(read_entries(path, EntryFilter(since=since))) == [MANY - 1, MANY]
    assert read_entries(path, EntryFilter(since=NOON + timedelta(days=365))) == ()


def test_since_hides_nothing_that_followed_with_a_clock_that_was_not_set(tmp_path):
    connection = connect(tmp_path / "test.db")
    migrate(connection)
    entries = [an_entry(1), an_entry(2), an_entry(3, time=EPOCH), an_entry(4)]
    connection.executemany(
        "INSERT INTO journal (seq, id, boot, kind, time_us, offset_s, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [entry_row(entry) for entry in entries],
    )
    wanted = EntryFilter(since=entries[1].time)
    assert seqs(entries_from(connection, wanted)) == [2, 3, 4]
    assert seqs(wanted.matching(entries, begun=False)) == [2, 3, 4]
    connection.close()


def test_unsent_entries_come_in_order_and_in_pages(path):
    assert seqs(read_unsent(path, after=0, limit=4)) == [MANY - 9, MANY - 8, MANY - 7, MANY - 6]
    assert seqs(read_unsent(path, after=MANY - 2, limit=4)) == [MANY - 1, MANY]


@pytest.mark.parametrize(
    ("wanted", "first_seq"),
    [
        (EntryFilter(), None),
        (EntryFilter(after_seq=5), None),
        (EntryFilter(since=NOON), 5),
        (EntryFilter(kind="fault"), None),
        (EntryFilter(kind="fault", since=NOON, after_seq=3), 5),
    ],
)
def test_a_question_reads_from_the_newest_end_or_from_a_number_on_and_sorts_nothing(path, wanted, first_seq):
    statement, arguments = sql_of(wanted, first_seq)
    found = plan(path, statement, arguments)
    assert "TEMP B-TREE" not in found
    if wanted.since is not None or wanted.after_seq is not None:
        assert found.startswith("SEARCH journal USING INTEGER PRIMARY KEY")
    else:
        # From the newest end, and it stops at the limit.
        assert found == "SCAN journal"
        assert statement.endswith("ORDER BY seq DESC LIMIT ?")


def test_where_a_time_begins_is_looked_for_from_the_oldest_on_and_what_is_unsent_in_its_index(path):
    assert plan(path, FIRST_SINCE, (0,)) == "SCAN journal"
    assert "journal_unsent" in plan(path, UNSENT, (0, 100))


def test_no_database_is_a_store_error_that_names_the_file(tmp_path):
    with pytest.raises(StoreError, match=r"missing\.db"):
        read_entries(tmp_path / "missing.db", EntryFilter())
