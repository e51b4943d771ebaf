"""The journal of an outage over a real broker with its defaults, to a subscriber that just reads."""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager

import pytest
from fakes.mqtt_bridge import STARTED, Bridge, D, an_entry, an_input_view, on_port
from programs.mqtt_client import MqttClient, until
from servers.mosquitto import Mosquitto

from bridge.core.effects import PublishInput
from bridge.store.store import open_store

pytestmark = pytest.mark.e2e

MISSED = 6000
LEAST_PER_SECOND = 1000


@contextmanager
def a_store(folder):
    """A store with entries that nobody was told of."""
    problems = []
    store = open_store(folder, post=lambda do: do(), on_problem=problems.append, wall=lambda: STARTED).store
    try:
        for first in range(1, MISSED + 1, 2000):
            for seq in range(first, first + 2000):
                store.perform(an_entry(seq))
            assert store.flush(20)
        yield store
    finally:
        assert store.close()
        assert problems == []


class Distracted(MqttClient):
    """A subscriber that does something else for a moment, once, in the middle of it."""

    def _hear(self, client, data, message):
        super()._hear(client, data, message)
        if len(self.heard) == MISSED // 3:
            time.sleep(0.4)


class Kept:
    """The store as the bridge of the tests knows it."""

    def __init__(self, store):
        self.unsent, self.sent, self.keep = store.unsent.unsent, store.unsent.sent, store.perform
        self._journal = store.unsent

    @property
    def count(self):
        return self._journal.count


async def test_an_outage_is_told_fast_whole_and_in_order_and_delays_no_state(tmp_path):
    async def story(store, port, client, states):
        async with Bridge(on_port(port), journal=Kept(store)).running() as bridge:
            late = []
            for number, replayed in enumerate(range(0, MISSED, MISSED // 60)):
                await until(lambda: len(client.heard) >= replayed, within_s=20)  # noqa: B023 - now
                bridge.record(an_entry(MISSED + 1 + number))
                bridge.adapter.perform(PublishInput(view=an_input_view(tripped=number % 2 == 0)))
                at = time.monotonic()
                await until(lambda: len(states.heard) == number + 2)  # noqa: B023 - the state at rest came first
                late.append(states.heard[-1].at - at)
            await until(lambda: len(client.heard) == MISSED + len(late), within_s=20, what="all entries")
            await until(lambda: store.unsent.count == 0, what="everything being marked as sent")
        return late

    with Mosquitto(tmp_path / "broker") as broker, a_store(tmp_path / "store") as store:
        state = f"{D}/input/door/state"
        with MqttClient(broker.port, f"{D}/journal") as client, MqttClient(broker.port, state) as states:
            late = await story(store, broker.port, client, states)
            heard = client.heard
    seqs = [one.json["seq"] for one in heard]
    assert seqs == list(range(1, len(heard) + 1))
    assert {one.json["replayed"] for one in heard[:MISSED]} == {True}
    assert MISSED / (heard[MISSED - 1].at - heard[0].at) > LEAST_PER_SECOND
    assert statistics.median(late) < 0.02, sorted(late)[-5:]


async def test_a_subscriber_that_looks_away_for_a_moment_misses_nothing(tmp_path):
    async def story(store, port, client):
        async with Bridge(on_port(port), journal=Kept(store)).running():
            await until(lambda: len(client.heard) >= MISSED, within_s=20, what="all entries")

    with (
        Mosquitto(tmp_path / "broker") as broker,
        a_store(tmp_path / "store") as store,
        Distracted(broker.port, f"{D}/journal") as client,
    ):
        await story(store, broker.port, client)
    assert [one.json["seq"] for one in client.heard] == list(range(1, MISSED + 1))
