import sqlite3
from collections import deque
from datetime import timedelta

import pytest
from words.journal_entries import NOON, an_entry

from bridge.errors import StoreError
from bridge.store.journal_query import EntryFilter, read_entries
from bridge.store.sqlite.batch import Batch
from bridge.store.sqlite.connection import FILE_NAME, PAGE_BYTES
from bridge.store.sqlite.open import open_database
from bridge.store.sqlite.rows import entry_row
from bridge.store.sqlite.schema import MIGRATIONS, migrate, user_version


@pytest.fixture
def connection(tmp_path):
    connection = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
    yield connection
    connection.close()


def tables(connection):
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_new_file_gets_every_table(connection):
    migrate(connection)
    assert tables(connection) == {"meta", "journal", "input", "latched", "ledger", "outbox"}
    assert user_version(connection) == len(MIGRATIONS)


def test_an_older_file_is_brought_forward_with_what_it_holds(connection):
    migrate(connection)
    connection.execute("INSERT INTO ledger VALUES ('a/b')")
    migrate(connection, (*MIGRATIONS, ("ALTER TABLE ledger ADD COLUMN added_us INTEGER",)))
    assert connection.execute("SELECT topic, added_us FROM ledger").fetchall() == [("a/b", None)]
    assert user_version(connection) == len(MIGRATIONS) + 1


def test_a_file_of_the_first_release_keeps_its_entries_and_its_page_size_and_loses_two_indexes(tmp_path):
    path = tmp_path / FILE_NAME
    old = sqlite3.connect(path, isolation_level=None)
    old.execute("PRAGMA page_size = 4096")
    old.execute("PRAGMA journal_mode = WAL")
    migrate(old, MIGRATIONS[:2])
    kept = [an_entry(seq, time=NOON + timedelta(minutes=seq)) for seq in (1, 2, 9)]
    old.executemany(
        "INSERT INTO journal (seq, id, boot, kind, time_us, offset_s, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [entry_row(entry) for entry in kept],
    )
    old.close()
    opened = open_database(path, at_least=1, fallback=lambda: 1)
    assert opened.problem is None
    assert opened.database is not None
    assert (opened.loaded.unsent, opened.next_seq) == ({1, 2, 9}, 10)
    opened.database.write(Batch(entries=deque([an_entry(10, time=NOON)])), next_seq=11, expire_at=None)
    opened.database.close(11)
    assert [entry.seq for entry in read_entries(path, EntryFilter(kind=kept[0].kind))] == [1, 2, 9, 10]
    assert [entry.seq for entry in read_entries(path, EntryFilter(since=NOON + timedelta(minutes=2)))] == [2, 9, 10]
    now = sqlite3.connect(path)
    indexes = {row[0] for row in now.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql NOTNULL")}
    assert indexes == {"journal_unsent"}
    assert now.execute("PRAGMA page_size").fetchone() == (4096,)
    now.close()


def test_numbers_that_were_never_used_expire_no_entry(tmp_path):
    opened = open_database(tmp_path / FILE_NAME, at_least=1, fallback=lambda: 1)
    assert opened.database is not None
    opened.database.write(Batch(entries=deque([an_entry(1), an_entry(200_000)])), next_seq=200_001, expire_at=None)
    opened.database.close(None)
    again = open_database(tmp_path / FILE_NAME, at_least=1, fallback=lambda: 1)
    assert again.database is not None
    assert again.database.write(Batch(entries=deque([an_entry(200_001)])), next_seq=200_002, expire_at=None) == ()
    again.database.close(None)
    assert [entry.seq for entry in read_entries(tmp_path / FILE_NAME, EntryFilter())] == [1, 200_000, 200_001]


def test_a_new_file_has_small_pages(tmp_path):
    opened = open_database(tmp_path / FILE_NAME, at_least=1, fallback=lambda: 1)
    assert opened.database is not None
    assert opened.database.connection.execute("PRAGMA page_size").fetchone() == (PAGE_BYTES,)
    assert opened.database.connection.execute("PRAGMA wal_autocheckpoint").fetchone() == (1024,)
    opened.database.close(None)


def test_a_file_of_today_is_left_alone(connection):
    migrate(connection)
    before = connection.total_changes
    migrate(connection)
    assert connection.total_changes == before


def test_a_migration_that_fails_half_way_leaves_the_file_as_it_was(connection):
    migrate(connection)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, (*MIGRATIONS, ("CREATE TABLE half (a)", "INSERT INTO nowhere VALUES (1)")))
    assert "half" not in tables(connection)
    assert user_version(connection) == len(MIGRATIONS)


def test_a_file_of_a_newer_release_is_refused_and_left_as_it_is(connection):
    connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer release"):
        migrate(connection)
    assert user_version(connection) == 99
