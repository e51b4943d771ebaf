"""A broker with the limits of AWS IoT Core: the bridge comes online, stays so, obeys, and gives up no entry."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager

import pytest
from fakes.mqtt_bridge import Bridge, D, an_entry, an_input_view, on_port
from programs.mqtt_client import MqttClient, until
from servers.aws_iot import A_SECOND, AwsIot
from servers.relay import PUBLISH, SUBSCRIBE, Relay
from words.builders import an_input, an_output

from bridge.core.effects import PublishInput

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

STATE = f"{D}/input/door/state"


@asynccontextmanager
async def behind(limits, broker, *, missed=0, parts=(), old=False, **mqtt):
    """A bridge behind these limits, with so many entries that were missed."""
    async with Relay(broker.port, asks=limits.asks, answers=limits.answers, old=old) as relay:
        bridge = Bridge(on_port(relay.port, *parts, **mqtt))
        for seq in range(1, missed + 1):
            bridge.journal.keep(an_entry(seq))
        async with bridge.running(connected=False):
            yield relay, bridge


async def stands(bridge, client):
    """It is online, publishes and obeys."""
    await until(
        lambda: bridge.adapter.connected and client.last(f"{D}/availability") == b"online", within_s=60, what="online"
    )
    obeyed = len(bridge.commands)
    client.publish(f"{D}/output/siren/set", b"OFF")
    await until(lambda: len(bridge.commands) > obeyed, within_s=15, what="being obeyed")
    for tripped in (True, False):
        wanted = b"ON" if tripped else b"OFF"
        bridge.adapter.perform(PublishInput(view=an_input_view(tripped=tripped)))
        await until(lambda wanted=wanted: client.last(STATE) == wanted, within_s=15, what=f"the state {wanted!r}")


@pytest.mark.parametrize("old", [False, True], ids=["5", "3.1.1"])
async def test_with_all_limits_and_a_policy_for_its_own_topics_it_is_online_and_stays_so(old, broker, caplog):
    caplog.set_level(logging.INFO)
    limits = AwsIot(f"{D}/")
    with MqttClient(broker.port, f"{D}/#") as client:
        async with behind(limits, broker, missed=300, old=old, keepalive_s=5) as (relay, bridge):
            await until(lambda: len(bridge.journal.acknowledged) == 300, within_s=80, what="the missed entries")
            ends = len(limits.ends)
            await stands(bridge, client)
            assert len(limits.ends) == ends
    assert set(limits.ends) <= {"forbidden", "rate"}
    assert limits.busiest <= A_SECOND
    assert {len(one.filters) <= 8 for one in relay.seen if one.kind == SUBSCRIBE} == {True}
    heard = [one.json["seq"] for one in client.on(f"{D}/journal")]
    assert list(dict.fromkeys(heard)) == list(range(1, 301))
    warnings = [one.message for one in caplog.records if one.levelno >= logging.WARNING]
    assert not [text for text in warnings if "taken over" in text]
    left_out = [text.split()[2] for text in warnings if text.startswith("left out: ")]
    assert len(left_out) == len(set(left_out)), "each once"
    assert all(topic.startswith("homeassistant/device/front-gate") for topic in left_out), "descriptions alone"


async def test_entries_that_were_missed_are_slowed_down_after_one_end_and_none_is_left_out(broker, caplog):
    limits = AwsIot(f"{D}/", "homeassistant/")
    with MqttClient(broker.port, f"{D}/#") as client:
        async with behind(limits, broker, missed=500) as (relay, bridge):
            await until(lambda: len(bridge.journal.acknowledged) == 500, within_s=60, what="the missed entries")
            await stands(bridge, client)
            assert relay.connections <= 3
    assert set(limits.ends) == {"rate"}
    assert "left out" not in caplog.text
    assert "taken over" not in caplog.text


async def test_an_announcement_of_many_terminals_is_spread(broker, caplog):
    parts = [an_output("siren", kind="siren"), an_input("door")]
    parts += [an_input(f"input-{number}") for number in range(1, 20)]
    limits = AwsIot(f"{D}/", "homeassistant/")
    with MqttClient(broker.port, f"{D}/#") as client:
        async with behind(limits, broker, parts=parts) as (relay, bridge):
            await stands(bridge, client)
            ends = len(limits.ends)
            relay.cut()
            await until(lambda: not bridge.adapter.connected, what="the cut")
            await stands(bridge, client)
            assert len(limits.ends) == ends, "what was learnt holds for the next connection"
        assert sum(one.kind == PUBLISH for one in relay.seen) > 2 * A_SECOND
    assert set(limits.ends) == {"rate"}
    assert "left out" not in caplog.text
