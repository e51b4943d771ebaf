import pytest
from words.journal_entries import an_entry
from words.store_probe import PATIENCE_S, a_store

from bridge.errors import StoreError
from bridge.store.journal_follow import PAGE, Follower
from bridge.store.sqlite.connection import FILE_NAME


def write(probe, *seqs, kind="alarm_begin"):
    for seq in seqs:
        probe.store.perform(an_entry(seq, kind=kind))
    assert probe.store.flush(PATIENCE_S)


def seqs(entries):
    return [entry.seq for entry in entries]


def test_each_entry_is_seen_once_and_in_order(tmp_path):
    with a_store(tmp_path) as probe:
        write(probe, 1, 2)
        follower = Follower(tmp_path / FILE_NAME, after_seq=1)
        assert seqs(follower.poll()) == [2]
        assert follower.poll() == ()
        write(probe, 3)
        write(probe, 4)
        assert seqs(follower.poll()) == [3, 4]
        follower.close()


def test_more_than_a_page_comes_at_once(tmp_path):
    with a_store(tmp_path) as probe:
        write(probe, *range(1, PAGE + 12))
        follower = Follower(tmp_path / FILE_NAME, after_seq=0)
        assert len(follower.poll()) == PAGE + 11
        follower.close()


def test_one_kind_alone(tmp_path):
    with a_store(tmp_path) as probe:
        write(probe, 1)
        write(probe, 2, kind="fault")
        follower = Follower(tmp_path / FILE_NAME, after_seq=0, kind="fault")
        assert seqs(follower.poll()) == [2]
        follower.close()


def test_a_database_that_is_not_there_yet_is_told_and_found_later(tmp_path):
    follower = Follower(tmp_path / FILE_NAME, after_seq=0)
    with pytest.raises(StoreError):
        follower.poll()
    with a_store(tmp_path) as probe:
        write(probe, 1)
        assert seqs(follower.poll()) == [1]
        follower.close()


def test_a_file_that_was_replaced_is_followed_on(tmp_path):
    with a_store(tmp_path) as probe:
        write(probe, 1)
        follower = Follower(tmp_path / FILE_NAME, after_seq=0)
        assert seqs(follower.poll()) == [1]
    (tmp_path / FILE_NAME).unlink()
    with a_store(tmp_path) as probe:
        write(probe, 2)
        assert seqs(follower.poll()) == [2]
        follower.close()
