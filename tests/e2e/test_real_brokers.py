"""The bridge with real brokers of several makers, each with its own idea of MQTT: what `docs/brokers.md` promises."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager

import pytest
from fakes.ledger import MemoryLedger
from fakes.mqtt_bridge import Bridge, D, an_entry, an_event, an_input_view, on_port
from programs.mqtt_client import MqttClient, retained, until
from servers.mosquitto import Mosquitto
from servers.other_brokers import Ejabberd, Nats, RabbitMq
from servers.relay import SUBSCRIBE, Relay

from bridge.core.effects import PublishInput
from bridge.mqtt.listener import Listener
from bridge.mqtt.purge import purge

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

CONFIG = "homeassistant/device/front-gate/config"
STATE = f"{D}/input/door/state"
AVAILABILITY = f"{D}/availability"
WITHIN_S = 15.0


class DebianMosquitto(Mosquitto):
    """Mosquitto, as the others are asked."""

    name, version, username = "mosquitto", 5, None

    def __init__(self, folder):
        super().__init__(folder, persistence=True)


@pytest.fixture(scope="module", params=[DebianMosquitto, Nats, RabbitMq, Ejabberd], ids=lambda kind: kind.__name__)
def broker(request, tmp_path_factory):
    with request.param(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(autouse=True)
def clean_logs(caplog):
    """No warning but of connections that ended, and no fault of our own."""
    caplog.set_level(logging.INFO)
    yield
    records = [one for one in caplog.get_records("call") if one.name.startswith("bridge.")]
    assert not [one.message for one in records if one.exc_info]
    warnings = [one.message for one in records if one.levelno >= logging.WARNING]
    assert not [text for text in warnings if "no connection to the broker" not in text or "taken over" in text]


def login(broker):
    return {"username": broker.username, "password": "secret"} if broker.username else {}


def settings_for(broker, *parts, port=None):
    return on_port(port or broker.port, *parts, **login(broker))


def others(broker, *filters):
    """Another client of the broker."""
    return MqttClient(broker.port, *filters, version=broker.version, **login(broker))


def lies_on(broker, *topics):
    """What is retained on these topics, each asked for by its name."""
    found = retained(broker.port, *topics, version=broker.version, **login(broker))
    return {topic: payload for topic, payload in found.items() if payload}


@asynccontextmanager
async def running(broker, **options):
    """A bridge that has announced everything; at the end all of it is cleared."""
    settings = settings_for(broker, port=options.pop("port", None))
    ledger = MemoryLedger()
    async with Bridge(settings, ledger=ledger, **options).running(connected=False) as bridge:
        await stands(bridge)
        yield bridge
        await bridge.adapter.stop()
    await purge(settings_for(broker), ledger)


async def stands(bridge):
    await until(
        lambda: bridge.adapter.connected and not bridge.adapter.unfinished_messages and not bridge.adapter.problem,
        within_s=60,
        what="a session",
    )


async def is_well(bridge, client):
    """It publishes what changes, obeys, and answers."""
    for tripped in (True, False):
        wanted = b"ON" if tripped else b"OFF"
        bridge.adapter.perform(PublishInput(view=an_input_view(tripped=tripped)))
        await until(lambda wanted=wanted: client.last(STATE) == wanted, within_s=WITHIN_S, what=f"the state {wanted!r}")
    obeyed, answered = len(bridge.commands), len(client.on(f"{D}/response"))
    client.publish(f"{D}/output/siren/set", b'{"state": "ON", "id": "%d"}' % obeyed)
    await until(lambda: len(bridge.commands) == obeyed + 1, within_s=WITHIN_S, what="being obeyed")
    await until(lambda: len(client.on(f"{D}/response")) == answered + 1, within_s=WITHIN_S, what="the answer")


async def test_states_events_journal_commands_and_answers_pass(broker):
    async with running(broker) as bridge:
        with others(broker, f"{D}/#") as client:
            await is_well(bridge, client)
            bridge.adapter.perform(an_event())
            bridge.record(an_entry(1))
            await until(lambda: client.on(f"{D}/input/door/event"), within_s=WITHIN_S, what="the event")
            await until(lambda: client.on(f"{D}/journal"), within_s=WITHIN_S, what="the journal entry")
            await until(lambda: bridge.journal.acknowledged == [1], within_s=WITHIN_S, what="its acknowledgement")
        found = lies_on(broker, AVAILABILITY, STATE, CONFIG, f"{D}/settings")
    assert found[AVAILABILITY] == b"online"
    assert found[STATE] == b"OFF"
    assert b"front-gate" in found[CONFIG]
    assert found[f"{D}/settings"]


async def test_the_will_is_published_when_the_bridge_is_gone_and_offline_when_it_leaves(broker):
    with others(broker, AVAILABILITY) as client:
        async with Bridge(settings_for(broker)).running(connected=False) as bridge:
            await stands(bridge)
            await until(lambda: client.last(AVAILABILITY) == b"online", within_s=WITHIN_S, what="online")
        await until(lambda: client.last(AVAILABILITY) == b"offline", within_s=WITHIN_S, what="the will")
        async with running(broker) as bridge:
            await until(lambda: client.last(AVAILABILITY) == b"online", within_s=WITHIN_S, what="online again")
            await bridge.adapter.stop()
            await until(lambda: client.last(AVAILABILITY) == b"offline", within_s=WITHIN_S, what="offline")


async def test_a_connection_that_was_cut_is_made_again_with_everything_on_it(broker):
    with others(broker, f"{D}/#") as client:
        async with Relay(broker.port) as relay, running(broker, port=relay.port) as bridge:
            relay.cut()
            await until(lambda: relay.connections > 1 + (broker.version == 4), within_s=30, what="a new connection")
            await stands(bridge)
            await is_well(bridge, client)


async def test_a_broker_that_is_restarted_has_everything_again(broker):
    async with running(broker) as bridge:
        broker.stop()
        await until(lambda: not bridge.adapter.connected, within_s=30, what="the end")
        bridge.record(an_entry(1))
        bridge.adapter.perform(PublishInput(view=an_input_view(tripped=True)))
        await asyncio.to_thread(broker.start)
        await stands(bridge)
        assert lies_on(broker, AVAILABILITY, STATE) == {AVAILABILITY: b"online", STATE: b"ON"}
        await until(lambda: bridge.journal.acknowledged == [1], within_s=WITHIN_S, what="the missed entry")
        bridge.adapter.perform(PublishInput(view=an_input_view()))
        with others(broker, f"{D}/#") as client:
            await is_well(bridge, client)


async def test_a_session_of_3_1_1_does_all_of_it_too(broker):
    async with Relay(broker.port, old=True) as relay, running(broker, port=relay.port) as bridge:
        with others(broker, f"{D}/#") as client:
            await is_well(bridge, client)
        assert {len(one.filters) <= 8 for one in relay.seen if one.kind == SUBSCRIBE} == {True}
    assert {one.version for one in relay.seen if one.kind == SUBSCRIBE} == {4}


async def test_watch_sees_every_state_though_wildcards_may_get_nothing_that_is_retained(broker):
    async with running(broker):
        heard = {}
        listener = Listener(
            settings_for(broker), receive=lambda one: heard.update({one.topic: one.payload}), link=lambda _: None
        )
        task = asyncio.create_task(listener.run(), name="listener under test")
        wanted = {AVAILABILITY, STATE, f"{D}/input/door/attributes", f"{D}/output/siren/state", f"{D}/settings"}
        await until(lambda: wanted <= heard.keys(), within_s=WITHIN_S, what="all states")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_purge_leaves_nothing(broker):
    async with running(broker) as bridge:
        topics = sorted(bridge.ledger.known())
        assert CONFIG in topics
        assert lies_on(broker, *topics)
    assert lies_on(broker, *topics) == {}
