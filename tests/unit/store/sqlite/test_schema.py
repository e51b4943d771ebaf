import sqlite3

import pytest

from bridge.errors import StoreError
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
