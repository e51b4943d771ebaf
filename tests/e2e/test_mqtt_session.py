"""The MQTT session on a real Mosquitto: what others see, whatever happens to the connection."""

from __future__ import annotations

import asyncio
import logging

import pytest
from fakes.mqtt_bridge import Bridge, D, an_entry, an_event, an_input_view, an_output_view, on_port
from programs.mqtt_client import MqttClient, retained, until
from servers.mosquitto import Mosquitto

from bridge.core.contact import Contact
from bridge.core.effects import PublishInput, PublishOutput
from bridge.core.facts import BrokerFound, BrokerLost
from bridge.mqtt.publishing.send_queue import IN_ORDER, MOST_EVENTS

pytestmark = pytest.mark.e2e


async def test_after_a_connect_come_discovery_settings_states_online_and_then_the_journal(broker):
    bridge = Bridge(on_port(broker.port))
    bridge.record(an_entry(1))
    with MqttClient(broker.port, "#") as client:
        async with bridge.running():
            await until(lambda: client.last(f"{D}/journal"))
            topics = client.topics()
    assert topics[:3] == [f"homeassistant/device/front-gate{part}/config" for part in ("", "_door", "_siren")]
    assert topics[3:6] == [f"{D}/settings", f"{D}/input/door/settings", f"{D}/output/siren/settings"]
    assert topics[-2:] == [f"{D}/availability", f"{D}/journal"]
    assert set(topics[6:-2]) == {
        f"{D}/{rest}"
        for rest in (
            "input/door/availability", "input/door/state", "input/door/alarm", "input/door/attributes",
            "output/siren/availability", "output/siren/state", "output/siren/attributes", "status",
        )
    }  # fmt: skip


async def test_every_state_is_retained_and_says_what_the_views_say(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        tripped = an_input_view(tripped=True, alarm=True, contact=Contact.CONNECTED)
        bridge.adapter.perform(PublishInput(view=tripped))
        bridge.adapter.perform(PublishOutput(view=an_output_view(on=True, available=False)))
        await until(lambda: b'"connected"' in retained(broker.port, f"{D}/#")[f"{D}/input/door/attributes"])
        found = retained(broker.port, f"{D}/#")
    assert found[f"{D}/input/door/state"] == b"ON"
    assert found[f"{D}/input/door/alarm"] == b"ON"
    assert found[f"{D}/input/door/availability"] == b"online"
    assert found[f"{D}/output/siren/state"] == b"ON"
    assert found[f"{D}/output/siren/availability"] == b"offline"
    assert found[f"{D}/availability"] == b"online"
    assert f"{D}/journal" not in found


async def test_an_event_is_live_only(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        with MqttClient(broker.port, f"{D}/input/door/event") as client:
            bridge.adapter.perform(an_event(7))
            heard = await until(lambda: client.heard)
    assert heard[0].json == {
        "event_type": "alarm_begin", "id": "boot-7", "seq": 7, "cause": "input",
        "time": "2026-03-04T05:06:07.890+00:00", "contact": "connected",
    }  # fmt: skip
    assert retained(broker.port, f"{D}/input/door/event") == {}


async def test_an_event_during_an_outage_is_told_to_nobody(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        broker.kill()
        await until(lambda: not bridge.adapter.connected)
        bridge.adapter.perform(an_event(1))
        broker.start()
        with MqttClient(broker.port, "#") as client:
            await until(lambda: client.last(f"{D}/availability") == b"online")
            bridge.adapter.perform(an_event(2))
            heard = await until(lambda: client.on(f"{D}/input/door/event"))
            assert [one.json["seq"] for one in heard] == [2]


async def test_the_broker_may_be_absent_at_the_start(tmp_path, caplog):
    broker = Mosquitto(tmp_path)
    async with Bridge(on_port(broker.port)).running(connected=False) as bridge:
        with caplog.at_level(logging.INFO):
            await until(lambda: "trying again" in caplog.text)
            bridge.adapter.perform(PublishInput(view=an_input_view(tripped=True)))
            with broker:
                await until(lambda: bridge.adapter.connected)
                await until(lambda: retained(broker.port, f"{D}/input/door/state") != {})
                assert retained(broker.port, f"{D}/input/door/state") == {f"{D}/input/door/state": b"ON"}
                assert bridge.comings_and_goings == [BrokerFound]
    warnings = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 1
    assert "connected again" in caplog.text


@pytest.mark.parametrize("persistence", [True, False])
async def test_after_a_kill_everything_is_published_anew_within_a_second(tmp_path, persistence):
    with Mosquitto(tmp_path, persistence=persistence) as broker:
        async with Bridge(on_port(broker.port)).running() as bridge:
            broker.kill()
            await until(lambda: not bridge.adapter.connected)
            for number in range(11):
                bridge.adapter.perform(PublishInput(view=an_input_view(tripped=number % 2 == 0, alarms=number)))
                bridge.adapter.perform(PublishOutput(view=an_output_view(on=number % 2 == 0)))
            broker.start()
            await until(lambda: bridge.adapter.connected)
            with MqttClient(broker.port, f"{D}/#") as client:
                await until(lambda: client.last(f"{D}/availability") == b"online", within_s=1)
                assert client.last(f"{D}/input/door/state") == b"ON"
                assert client.last(f"{D}/output/siren/state") == b"ON"
                assert b'"alarms":10' in client.last(f"{D}/input/door/attributes")
            assert bridge.comings_and_goings == [BrokerFound, BrokerLost, BrokerFound]


async def test_a_restart_in_good_order_is_found_again(tmp_path):
    with Mosquitto(tmp_path, persistence=True) as broker:
        async with Bridge(on_port(broker.port)).running() as bridge:
            broker.restart()
            await until(lambda: bridge.comings_and_goings == [BrokerFound, BrokerLost, BrokerFound])
            await until(lambda: retained(broker.port, f"{D}/availability") == {f"{D}/availability": b"online"})


async def test_a_broker_that_hangs_is_noticed_within_one_and_a_half_keepalives(broker, caplog):
    async with Bridge(on_port(broker.port, keepalive_s=5)).running() as bridge:
        await until(lambda: bridge.adapter.unfinished_messages == 0)
        began = asyncio.get_running_loop().time()
        broker.pause()
        bridge.adapter.perform(PublishInput(view=an_input_view(tripped=True)))
        await until(lambda: not bridge.adapter.connected, within_s=9)
        taken_s = asyncio.get_running_loop().time() - began
        broker.resume()
        await until(lambda: bridge.adapter.connected, within_s=12)
        await until(lambda: retained(broker.port, f"{D}/input/door/state") == {f"{D}/input/door/state": b"ON"})
    assert taken_s < 7.5
    assert "does not answer any more" in caplog.text


async def test_an_idle_session_is_kept_alive_by_pings(broker):
    async with Bridge(on_port(broker.port, keepalive_s=5)).running() as bridge:
        await until(lambda: "PINGRESP" in broker.log(), within_s=8)
        assert bridge.comings_and_goings == [BrokerFound]


async def test_the_will_says_offline_when_the_bridge_is_gone(broker):
    with MqttClient(broker.port, f"{D}/availability") as client:
        async with Bridge(on_port(broker.port)).running():
            await until(lambda: client.last(f"{D}/availability") == b"online")
        await until(lambda: client.last(f"{D}/availability") == b"offline")
    assert retained(broker.port, f"{D}/availability") == {f"{D}/availability": b"offline"}


async def test_a_clean_stop_says_offline_last_and_says_goodbye(broker):
    with MqttClient(broker.port, "#") as client:
        async with Bridge(on_port(broker.port)).running() as bridge:
            bridge.adapter.perform(PublishOutput(view=an_output_view(reason="stop")))
            await bridge.adapter.stop()
        await until(lambda: client.last(f"{D}/availability") == b"offline")
        assert client.topics()[-1] == f"{D}/availability"
        assert b'"reason":"stop"' in client.last(f"{D}/output/siren/attributes")
    await until(lambda: "Received DISCONNECT from alarm2mqtt-front-gate" in broker.log(), what="the goodbye")


async def test_a_stop_does_not_wait_long_for_a_broker_that_hangs(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        broker.pause()
        began = asyncio.get_running_loop().time()
        await bridge.adapter.stop()
        taken_s = asyncio.get_running_loop().time() - began
        broker.resume()
    assert taken_s < 3.5
    assert retained(broker.port, f"{D}/availability") == {f"{D}/availability": b"offline"}


async def test_online_comes_back_when_somebody_elses_will_overwrote_it(broker):
    async with Bridge(on_port(broker.port)).running():
        with MqttClient(broker.port, f"{D}/availability") as client:
            client.publish(f"{D}/availability", b"offline", retain=True)
            await until(lambda: [one.payload for one in client.heard][-2:] == [b"offline", b"online"])
            client.publish(f"{D}/availability", b"offline", retain=True)
            await until(lambda: [one.payload for one in client.heard][-2:] == [b"offline", b"online"])


async def test_a_bridge_that_is_taken_over_says_so_and_waits(broker, caplog):
    async with Bridge(on_port(broker.port)).running() as first:
        # An end with something on the way is no sign of a twin: the first to be thrown out is to be the first to wait.
        await until(lambda: first.adapter.unfinished_messages == 0)
        with caplog.at_level(logging.INFO):
            async with Bridge(on_port(broker.port)).running() as second:
                await until(lambda: "taken over" in caplog.text)
                assert "trying again in 60 s" in caplog.text
                # An old Mosquitto does not name the reason: then it is either of the two that gives way.
                await until(lambda: first.adapter.connected != second.adapter.connected)
                stays, waits = (first, second) if first.adapter.connected else (second, first)
                with MqttClient(broker.port, f"{D}/input/door/event") as client:
                    stays.adapter.perform(an_event())
                    await until(lambda: client.heard, what="an event of the one that stays")
                assert (stays.adapter.connected, waits.adapter.connected) == (True, False)
                found = retained(broker.port, f"{D}/availability")
                assert found == {f"{D}/availability": b"online"}


async def test_the_journal_of_an_outage_is_sent_once_and_in_order_when_the_broker_is_back(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        with MqttClient(broker.port, f"{D}/journal") as client:
            bridge.record(an_entry(1))
            await until(lambda: len(client.heard) == 1)
        broker.kill()
        await until(lambda: not bridge.adapter.connected)
        for seq in range(2, 1202):
            bridge.record(an_entry(seq))
        broker.start()
        with MqttClient(broker.port, f"{D}/journal") as client:
            await until(lambda: len(bridge.journal.acknowledged) == 1201, within_s=20)
            bridge.record(an_entry(1202))
            await until(lambda: client.heard and client.heard[-1].json["seq"] == 1202)
            heard = [one.json for one in client.heard]
    # The bridge may have been back before the client was: what the broker took is what counts.
    assert bridge.journal.acknowledged == list(range(1, 1203))
    assert [one["seq"] for one in heard] == list(range(heard[0]["seq"], 1203))
    assert {one["replayed"] for one in heard[:-1]} <= {True}
    assert heard[-1]["replayed"] is False


async def test_bursts_are_bounded_and_end_with_the_right_state(broker):
    """20 000 edges in bursts of 1000: states coalesce, nothing grows."""
    async with Bridge(on_port(broker.port)).running() as bridge:
        with MqttClient(broker.port, f"{D}/input/door/state") as client:
            for burst in range(20):
                for number in range(1000):
                    tripped = number % 2 == 0 or (burst, number) == (19, 999)
                    bridge.adapter.perform(PublishInput(view=an_input_view(tripped=tripped, alarm=tripped)))
                    bridge.adapter.perform(an_event(burst * 1000 + number))
                assert bridge.adapter.unfinished_messages < IN_ORDER + MOST_EVENTS + 100
                await asyncio.sleep(0)
            await until(lambda: bridge.adapter.unfinished_messages == 0, within_s=20)
            await until(lambda: client.last(f"{D}/input/door/state") == b"ON")
        assert bridge.adapter.dropped_messages > 0
        assert bridge.comings_and_goings == [BrokerFound]


async def test_nothing_is_written_when_nothing_changed(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        with MqttClient(broker.port, f"{D}/#") as client:
            await until(lambda: client.last(f"{D}/availability") == b"online")
            for _ in range(10):
                bridge.adapter.perform(PublishInput(view=an_input_view()))
            # What is throttled is written together: the attributes of an output that did change come with the others'.
            bridge.adapter.perform(PublishOutput(view=an_output_view(by="page")))
            await until(lambda: [one for one in client.on(f"{D}/output/siren/attributes") if not one.stored])
            bridge.adapter.perform(an_event())
            await until(lambda: client.on(f"{D}/input/door/event"))
            written = [one.topic for one in client.heard if not one.stored]
            assert written == [f"{D}/output/siren/attributes", f"{D}/input/door/event"]
