"""What the MQTT side needs of the store: one suite on the fakes and on the database."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from fakes.journal_source import MemoryJournal
from fakes.ledger import MemoryLedger
from words.journal_entries import NOON, an_entry

from bridge.store.store import open_store


class Fakes:
    def __init__(self):
        self.ledger = MemoryLedger()
        self.journal = MemoryJournal()
        self.keep = self.journal.keep


class Database:
    def __init__(self, store):
        self.ledger = store.ledger
        self.journal = store.unsent
        self.keep = store.perform


@contextmanager
def a_database(folder):
    problems = []
    restored = open_store(folder, post=lambda do: do(), on_problem=problems.append, wall=lambda: NOON)
    try:
        yield Database(restored.store)
    finally:
        assert restored.store.close()
        assert problems == []


@pytest.fixture(params=["fakes", "database"])
def store(request, tmp_path):
    if request.param == "fakes":
        yield Fakes()
    else:
        with a_database(tmp_path / "store") as database:
            yield database


async def unsent(store, *, after=0, limit=100):
    return [entry.seq for entry in await store.journal.unsent(after=after, limit=limit)]


def test_a_topic_is_known_from_when_it_was_added_until_it_is_discarded(store):
    for topic in ("a", "b", "a"):
        store.ledger.add(topic)
    assert store.ledger.known() == {"a", "b"}
    store.ledger.discard("a")
    store.ledger.discard("never")
    assert store.ledger.known() == {"b"}


async def test_entries_are_unsent_in_order_until_they_were_sent(store):
    for seq in (1, 2, 3, 5):
        store.keep(an_entry(seq))
    assert await unsent(store) == [1, 2, 3, 5]
    store.journal.sent(2)
    assert await unsent(store) == [1, 3, 5]
    store.journal.sent(2)
    store.journal.sent(99)
    assert await unsent(store) == [1, 3, 5]


async def test_entries_come_in_portions_after_a_number(store):
    for seq in range(1, 8):
        store.keep(an_entry(seq))
    assert await unsent(store, limit=3) == [1, 2, 3]
    assert await unsent(store, after=3, limit=3) == [4, 5, 6]
    assert await unsent(store, after=7) == []
