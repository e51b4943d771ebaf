"""Entries that the broker has not acknowledged, over a disk that cannot be read."""

from __future__ import annotations

from words.journal_entries import an_entry
from words.store_probe import a_store

from bridge.store.sqlite.connection import FILE_NAME
from bridge.store.store import Store


def seqs(entries):
    return [entry.seq for entry in entries]


def written(store: Store, *numbers: int) -> None:
    for number in numbers:
        store.perform(an_entry(number))
    assert store.flush(20)


async def test_past_entries_are_the_newest_or_those_after_a_number_sent_or_not(tmp_path):
    with a_store(tmp_path) as probe:
        written(probe.store, 1, 2, 3)
        probe.store.unsent.sent(2)
        assert seqs(await probe.store.unsent.past(after=None, limit=2)) == [2, 3]
        assert seqs(await probe.store.unsent.past(after=0, limit=2)) == [1, 2]
        assert seqs(await probe.store.unsent.unsent()) == [1, 3]


async def test_a_file_that_cannot_be_read_leaves_its_entries_out_until_it_can(tmp_path):
    with a_store(tmp_path) as probe:
        written(probe.store, 1, 2)
        file = tmp_path / FILE_NAME
        file.rename(tmp_path / "aside.db")
        file.mkdir()
        assert await probe.store.unsent.unsent() == ()
        file.rmdir()
        (tmp_path / "aside.db").rename(file)
        assert seqs(await probe.store.unsent.unsent()) == [1, 2]
