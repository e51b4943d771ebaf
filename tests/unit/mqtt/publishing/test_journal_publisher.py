from __future__ import annotations

import asyncio
import json

import pytest
from fakes.journal_source import MemoryJournal
from fakes.mqtt_bridge import an_entry
from programs.mqtt_client import until

from bridge.mqtt.connection.publish_window import LARGEST_WINDOW
from bridge.mqtt.publishing.journal_publisher import (
    MOST_HELD,
    RETRY_S,
    WINDOW,
    JournalPublisher,
)
from bridge.mqtt.publishing.replay_rate import ReplayPace
from bridge.mqtt.publishing.send_queue import SendQueue

BURST = 10


pytestmark = pytest.mark.virtual_time


class Broker:
    """Takes entries; acknowledges them at once while it is quick."""

    def __init__(self):
        self.seqs, self.replayed, self.open = [], [], []
        self.quick = True

    def put(self, message, acknowledged):
        found = json.loads(message.payload)
        self.seqs.append(found["seq"])
        self.replayed.append(found["replayed"])
        self.open.append(acknowledged)
        if self.quick:
            asyncio.get_running_loop().call_soon(self.acknowledge)

    def acknowledge(self):
        while self.open:
            self.open.pop(0)(True)


class Story:
    """A feed with a store behind it and a broker before it."""

    def __init__(self, *, source=True, burst_s=0):
        self.source = MemoryJournal() if source else None
        self.broker = Broker()
        self.marked_at_changes = []
        self.feed = JournalPublisher(
            source=self.source,
            topic="j",
            put=self.broker.put,
            unsent_changed=self.unsent_changed,
            pace=ReplayPace(burst=BURST, burst_s=burst_s),
        )

    def unsent_changed(self):
        self.marked_at_changes.append(len(self.source.acknowledged))

    def record(self, *seqs):
        for seq in seqs:
            if self.source is not None:
                self.source.keep(an_entry(seq))
            self.feed.entry(an_entry(seq))

    async def __aenter__(self):
        self.task = asyncio.create_task(self.feed.run())
        await asyncio.sleep(0.01)
        return self

    async def __aexit__(self, *_):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_an_entry_goes_out_at_once_while_connected():
    async with Story() as given:
        given.record(1)
        assert (given.broker.seqs, given.broker.replayed) == ([1], [False])


async def test_what_was_not_acknowledged_is_sent_again_on_the_next_connection():
    given = Story()
    async with given:
        given.broker.quick = False
        given.record(1, 2)
        given.broker.open[1](True)
    given.broker.quick = True
    async with given:
        given.record(3)
        await until(lambda: len(given.broker.seqs) == 4)
    assert given.broker.seqs == [1, 2, 1, 3]
    assert given.broker.replayed == [False, False, True, False]


async def test_more_than_can_be_held_is_read_from_the_store_without_gap_or_repeat():
    given = Story()
    total = 2 * MOST_HELD + 7
    given.record(*range(1, total + 1))
    async with given:
        await until(lambda: len(given.broker.seqs) == total)
    assert given.broker.seqs == list(range(1, total + 1))
    assert set(given.broker.replayed) == {True}


async def test_each_acknowledgement_is_a_mark_and_a_change_of_the_unsent_count():
    given = Story()
    given.broker.quick = False
    given.record(*range(1, 8))
    async with given:
        await until(lambda: len(given.broker.open) == 7)
        assert given.marked_at_changes == []
        given.broker.acknowledge()
        assert given.marked_at_changes == [1, 2, 3, 4, 5, 6, 7]


async def test_what_was_missed_does_not_flood_those_who_listen():
    given = Story(burst_s=3600)
    given.record(*range(1, 3 * BURST))
    async with given:
        await asyncio.sleep(3599)
        assert len(given.broker.seqs) == BURST


async def test_a_slow_broker_makes_entries_wait_and_none_is_lost_or_overtakes():
    async with Story() as given:
        given.broker.quick = False
        total = 2 * MOST_HELD
        given.record(*range(1, total + 1))
        await asyncio.sleep(0.01)
        assert len(given.broker.seqs) == WINDOW
        given.broker.quick = True
        given.broker.acknowledge()
        await until(lambda: len(given.broker.seqs) == total)
        assert given.broker.seqs == list(range(1, total + 1))
        await until(lambda: len(given.source.acknowledged) == total)


def test_the_window_is_the_one_of_the_session():
    assert WINDOW == LARGEST_WINDOW


async def test_entries_that_wait_for_their_turn_leave_room_for_states_in_the_window():
    given = Story()
    given.broker.quick = False
    given.record(*range(1, 100))
    async with given:
        await until(lambda: len(given.broker.seqs) == 16)
        await asyncio.sleep(0.01)
        assert len(given.broker.seqs) == 16
    for window, sent in ((10, 8), (4, 4), (1, 1)):
        given.broker.seqs.clear()
        running = asyncio.create_task(given.feed.run(window=window))
        await until(lambda: len(given.broker.seqs) == sent)  # noqa: B023 - now
        await asyncio.sleep(0.01)
        assert len(given.broker.seqs) == sent
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_what_the_broker_has_is_reported_to_the_store_with_each_acknowledgement():
    given = Story()
    reported = []
    given.source.sent = lambda *seqs: reported.append(seqs)
    given.broker.quick = False
    given.record(*range(1, 6))
    async with given:
        await until(lambda: len(given.broker.open) == 5)
        assert reported == []
        given.broker.open[0](True)
        given.broker.open[1](True)
        assert reported == [(1,), (2,)]


async def test_an_entry_that_the_broker_refused_is_not_marked_as_sent():
    async with Story() as given:
        given.broker.quick = False
        given.record(1)
        given.broker.open.pop()(False)
        assert given.source.acknowledged == []


async def test_entries_that_the_broker_cannot_take_do_not_hold_up_those_that_it_can():
    given, sent = Story(), []
    outbox = SendQueue()

    def send(message, acknowledged):
        seq = json.loads(message.payload)["seq"]
        if seq <= 2 * WINDOW:  # as one that is too large
            return False
        sent.append(seq)
        asyncio.get_running_loop().call_soon(acknowledged, True)
        return True

    outbox.open(send, window=WINDOW)
    given.feed = JournalPublisher(
        source=given.source, topic="j", put=outbox.put, unsent_changed=given.unsent_changed, pace=ReplayPace(burst_s=0)
    )
    given.record(*range(1, 2 * WINDOW + 4))
    async with given:
        await until(lambda: sent == [2 * WINDOW + 1, 2 * WINDOW + 2, 2 * WINDOW + 3])
    assert given.source.acknowledged == sent


async def test_without_a_store_entries_still_go_out():
    given = Story(source=False)
    given.record(1)
    async with given:
        given.record(2)
        await until(lambda: given.broker.seqs == [1, 2])


async def test_an_entry_that_was_not_taken_is_sent_again_after_a_minute_and_then_less_often():
    async with Story() as given:
        given.broker.quick = False
        given.record(1, 2)
        given.broker.open[0](False)
        given.broker.open[1](True)
        await asyncio.sleep(RETRY_S - 1)
        assert given.broker.seqs == [1, 2]
        await asyncio.sleep(2)
        assert given.broker.seqs == [1, 2, 1]
        given.broker.open[2](False)
        await asyncio.sleep(RETRY_S + 1)
        assert given.broker.seqs == [1, 2, 1]
        await asyncio.sleep(RETRY_S)
        assert given.broker.seqs == [1, 2, 1, 1]


async def test_an_entry_that_is_on_its_way_is_not_sent_a_second_time_beside_itself():
    async with Story() as given:
        given.broker.quick = False
        given.record(1, 2)
        given.broker.open[0](False)
        await asyncio.sleep(RETRY_S + 1)
        assert given.broker.seqs == [1, 2, 1]


async def test_a_broker_that_hangs_up_on_entries_of_the_past_gets_them_slower_on_the_next_connection():
    given = Story(burst_s=BURST / 1600)
    given.record(*range(1, 1000))
    given.broker.quick = False
    async with given:
        await until(lambda: given.broker.open)
    given.feed.hung_up()
    given.broker.quick = True
    given.broker.seqs.clear()
    async with given:
        await asyncio.sleep(2)
        assert 80 < len(given.broker.seqs) < 120


async def test_a_broker_that_hangs_up_on_something_else_gets_them_as_fast_as_before():
    given = Story(burst_s=BURST / 1600)
    given.record(*range(1, 5))
    async with given:
        await until(lambda: len(given.broker.seqs) == 4)
        await asyncio.sleep(5)
    given.feed.hung_up()
    given.record(*range(5, 1000))
    async with given:
        await asyncio.sleep(1)
        assert len(given.broker.seqs) == 999
