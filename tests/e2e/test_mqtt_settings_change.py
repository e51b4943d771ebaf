"""Parts that come and go, settings that move, Home Assistant's own messages, and purge."""

from __future__ import annotations

import json
import time

import pytest
from fakes.ledger import MemoryLedger
from fakes.mqtt_bridge import Bridge, D, an_event, an_input_view, on_port
from programs.mqtt_client import MqttClient, retained, until
from servers.mosquitto import Mosquitto
from words.builders import an_input, an_output

from bridge.core.effects import PublishInput, PublishSettings
from bridge.errors import BrokerError
from bridge.mqtt.publishing import birth
from bridge.mqtt.purge import purge

pytestmark = pytest.mark.e2e
CONFIG = "homeassistant/device/front-gate/config"
DOOR, TAMPER, SIREN = an_input("door"), an_input("tamper"), an_output("siren")


def described(part):
    """The topic of a terminal's description."""
    return f"homeassistant/device/front-gate_{part}/config"


def platforms(payload):
    """The platform-only and the whole components of a description."""
    components = json.loads(payload)["components"]
    return {key for key, one in components.items() if len(one) == 1}, {
        k for k, one in components.items() if len(one) > 1
    }


async def test_a_part_that_is_removed_is_taken_back_from_home_assistant_and_leaves_nothing(broker):
    async with Bridge(on_port(broker.port, DOOR, TAMPER, SIREN)).running() as bridge:
        with MqttClient(broker.port, described("tamper"), described("siren")) as client:
            await until(lambda: len(client.heard) == 2)
            await until(lambda: bridge.adapter.unfinished_messages == 0)
            bridge.adapter.perform(PublishSettings(settings=on_port(broker.port, DOOR, SIREN)))
            await until(lambda: len(client.heard) == 3)
            assert (client.heard[2].topic, client.heard[2].payload) == (described("tamper"), b"")
        await until(lambda: retained(broker.port, f"{D}/input/tamper/#") == {})
        assert retained(broker.port, f"{D}/input/door/state") == {f"{D}/input/door/state": b"OFF"}
        await until(lambda: not [topic for topic in bridge.ledger.known() if "tamper" in topic])
        assert described("siren") in bridge.ledger.known()


async def test_an_output_that_is_removed_takes_its_switch_at_an_input_away_alone_and_then_leaves_it_out(broker):
    async with Bridge(on_port(broker.port, DOOR, SIREN)).running() as bridge:
        with MqttClient(broker.port, described("door")) as client:
            await until(lambda: len(client.heard) == 1)
            await until(lambda: bridge.adapter.unfinished_messages == 0)
            bridge.adapter.perform(PublishSettings(settings=on_port(broker.port, DOOR)))
            await until(lambda: len(client.heard) == 3)
            assert platforms(client.heard[1].payload) == ({"door_link_siren"}, set())
            gone, whole = platforms(client.heard[2].payload)
            assert (gone, "door_state" in whole, "door_link_siren" in whole) == (set(), True, False)


async def test_what_was_removed_while_the_bridge_was_down_leaves_nothing_either(broker):
    ledger = MemoryLedger()
    async with Bridge(on_port(broker.port, DOOR, TAMPER, SIREN), ledger=ledger).running() as bridge:
        await until(lambda: bridge.adapter.unfinished_messages == 0)
    with MqttClient(broker.port, described("door"), described("tamper")) as client:
        await until(lambda: len(client.heard) == 2)
        async with Bridge(on_port(broker.port, DOOR), ledger=ledger).running():
            await until(lambda: len(client.on(described("door"))) == 3)
            assert platforms(client.on(described("door"))[1].payload)[0] == {"door_link_siren"}
            await until(lambda: client.last(described("tamper")) == b"")
            await until(lambda: retained(broker.port, f"{D}/input/tamper/#") == {})
    assert f"{D}/input/tamper/state" not in ledger.known()
    assert described("tamper") not in ledger.known()


async def test_a_part_that_is_added_shows_with_the_view_that_came_before_or_after_its_settings(broker):
    async with Bridge(on_port(broker.port, DOOR)).running() as bridge:
        bridge.adapter.perform(PublishInput(view=an_input_view("tamper", tripped=True)))
        bridge.adapter.perform(PublishSettings(settings=on_port(broker.port, DOOR, TAMPER, an_input("late"))))
        bridge.adapter.perform(PublishInput(view=an_input_view("late")))
        await until(lambda: bridge.adapter.unfinished_messages == 0)
        found = retained(broker.port, f"{D}/input/+/state")
        assert found == {
            f"{D}/input/door/state": b"OFF", f"{D}/input/tamper/state": b"ON", f"{D}/input/late/state": b"OFF",
        }  # fmt: skip


async def test_settings_in_force_are_shown_as_they_change(broker):
    async with Bridge(on_port(broker.port, DOOR)).running() as bridge:
        with MqttClient(broker.port, f"{D}/input/door/settings") as client:
            await until(lambda: client.heard)
            changed = on_port(broker.port, an_input("door", name="Back door", quiet_s=9))
            bridge.adapter.perform(PublishSettings(settings=changed))
            await until(lambda: len(client.heard) == 2)
            assert client.heard[1].json["name"] == "Back door"
            assert client.heard[1].json["quiet_s"] == 9


async def test_another_device_id_moves_everything_and_leaves_nothing(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        await until(lambda: bridge.adapter.unfinished_messages == 0)
        moved = on_port(broker.port, device={"id": "back-gate"})
        bridge.adapter.perform(PublishSettings(settings=moved))
        stem = "alarm2mqtt/back-gate"
        await until(lambda: retained(broker.port, f"{stem}/availability") == {f"{stem}/availability": b"online"})
        await until(lambda: bridge.adapter.connected and bridge.adapter.unfinished_messages == 0)
        found = retained(broker.port, "#")
        assert not [topic for topic in found if "front-gate" in topic]
        assert found["homeassistant/device/back-gate/config"]
        with MqttClient(broker.port, f"{stem}/response") as client:
            client.publish(f"{stem}/output/siren/set", "ON")
            await until(lambda: client.heard)


async def test_another_broker_is_moved_to_at_once(broker, tmp_path):
    with Mosquitto(tmp_path / "second") as second:
        async with Bridge(on_port(broker.port)).running() as bridge:
            bridge.adapter.perform(PublishSettings(settings=on_port(second.port)))
            await until(lambda: retained(second.port, f"{D}/availability") == {f"{D}/availability": b"online"})
            assert retained(broker.port, f"{D}/availability") == {f"{D}/availability": b"offline"}


async def test_discovery_that_is_turned_off_removes_the_device_once(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        with MqttClient(broker.port, CONFIG) as client:
            await until(lambda: client.heard)
            await until(lambda: bridge.adapter.unfinished_messages == 0)
            off = on_port(broker.port, home_assistant={"discovery": False})
            bridge.adapter.perform(PublishSettings(settings=off))
            await until(lambda: client.last(CONFIG) == b"")
            await until(lambda: bridge.adapter.unfinished_messages == 0)
            assert [one.payload for one in client.heard].count(b"") == 1
            assert CONFIG not in bridge.ledger.known()
            bridge.adapter.perform(PublishSettings(settings=on_port(broker.port)))
            await until(lambda: client.last(CONFIG) != b"")


async def test_a_device_that_a_person_deleted_in_home_assistant_stays_deleted_until_it_changes(broker):
    async with Bridge(on_port(broker.port, DOOR, SIREN)).running() as bridge:
        with MqttClient(broker.port, described("door"), described("siren"), f"{D}/availability") as client:
            await until(lambda: bridge.adapter.unfinished_messages == 0 and client.last(described("door")))
            client.publish(described("door"), b"", retain=True)
            await until(lambda: described("door") not in bridge.ledger.known())
            client.publish("homeassistant/status", b"online")
            await until(lambda: len(client.on(f"{D}/availability")) == 2)
            assert (client.last(described("door")), len(client.on(described("siren")))) == (b"", 2)
            other = an_output("siren", name="Horn", kind="siren")
            bridge.adapter.perform(PublishSettings(settings=on_port(broker.port, DOOR, TAMPER, SIREN)))
            await until(lambda: described("tamper") in bridge.ledger.known() and not bridge.adapter.unfinished_messages)
            assert client.last(described("door")) == b""
            bridge.adapter.perform(PublishSettings(settings=on_port(broker.port, DOOR, other)))
            await until(lambda: client.last(described("door")) != b"", what="the door's description, with the horn")


async def test_a_topic_that_is_emptied_right_after_a_removal_of_ours_was_no_person_and_is_described_again(broker):
    """Earlier Home Assistants do so when a disabled entity is removed that was once described on that topic."""
    async with Bridge(on_port(broker.port, DOOR, TAMPER)).running() as bridge:
        with MqttClient(broker.port, CONFIG, described("tamper")) as client:
            await until(lambda: bridge.adapter.unfinished_messages == 0 and client.last(CONFIG))
            bridge.adapter.perform(PublishSettings(settings=on_port(broker.port, DOOR)))
            await until(lambda: client.last(described("tamper")) == b"")
            client.publish(CONFIG, b"", retain=True)
            await until(lambda: client.last(CONFIG) == b"")
            await until(lambda: client.last(CONFIG) != b"", what="the bridge's description")


async def test_a_device_that_is_deleted_right_after_it_was_added_stays_deleted_too(broker):
    async with Bridge(on_port(broker.port, DOOR)).running() as bridge:
        bridge.adapter.perform(PublishSettings(settings=on_port(broker.port, DOOR, TAMPER)))
        with MqttClient(broker.port, described("tamper")) as client:
            await until(lambda: client.heard)

            def is_noticed():
                client.publish(described("tamper"), b"", retain=True)
                return described("tamper") not in bridge.ledger.known()

            await until(is_noticed, what="the deletion")
            client.publish("homeassistant/status", b"online")
            await until(lambda: bridge.adapter.unfinished_messages == 0)
            assert client.last(described("tamper")) == b""


async def test_home_assistants_birth_brings_discovery_and_states_again_once_in_five_seconds(broker):
    async with Bridge(on_port(broker.port)).running() as bridge:
        await until(lambda: bridge.adapter.unfinished_messages == 0)
        with MqttClient(broker.port, CONFIG, f"{D}/#") as client:
            await until(lambda: client.last(f"{D}/availability"))
            client.heard.clear()
            client.publish("homeassistant/status", b"offline")
            client.publish("homeassistant/status", b"online")
            client.publish("homeassistant/status", b"online")
            await until(lambda: client.last(f"{D}/availability"))
            await until(lambda: bridge.adapter.unfinished_messages == 0)
            bridge.adapter.perform(an_event())
            await until(lambda: client.on(f"{D}/input/door/event"), what="an event behind all of it")
            assert client.topics()[0] == CONFIG
            assert client.topics().count(CONFIG) == 1
            assert client.topics().count(f"{D}/input/door/state") == 1
            assert client.topics()[-2:] == [f"{D}/availability", f"{D}/input/door/event"]


async def test_a_birth_message_that_lay_on_the_broker_is_old_news(broker):
    """One that is answered silences the next ones: the live one behind it would be answered too early, or never."""
    with MqttClient(broker.port) as client:
        client.publish("homeassistant/status", b"online", retain=True)

    async with Bridge(on_port(broker.port)).running() as bridge:
        await until(lambda: bridge.adapter.unfinished_messages == 0)
        with MqttClient(broker.port, CONFIG) as client:
            await until(lambda: client.heard)
            born = time.monotonic()
            client.publish("homeassistant/status", b"online")
            await until(lambda: len(client.heard) == 2, what="the answer to the live one")
            assert [one.stored for one in client.heard] == [True, False]
            assert client.heard[1].at - born >= birth.SOONEST_S


async def test_purge_clears_all_that_was_ever_published_and_nothing_else(broker):
    ledger = MemoryLedger({f"{D}/input/long-gone/state"})
    with MqttClient(broker.port) as client:
        client.publish(f"{D}/input/long-gone/state", b"ON", retain=True)
        client.publish("somebody/else", b"1", retain=True)
    async with Bridge(on_port(broker.port), ledger=ledger).running() as bridge:
        await until(lambda: bridge.adapter.unfinished_messages == 0)
        await bridge.adapter.stop()
    assert await purge(on_port(broker.port), ledger) > 10
    assert ledger.known() == frozenset()
    assert retained(broker.port, "#") == {"somebody/else": b"1"}


async def test_purge_without_a_broker_says_so_and_forgets_nothing(tmp_path):
    ledger = MemoryLedger({f"{D}/input/long-gone/state"})
    absent = Mosquitto(tmp_path)
    with pytest.raises(BrokerError, match=str(absent.port)):
        await purge(on_port(absent.port), ledger)
    assert ledger.known() == {f"{D}/input/long-gone/state"}


async def test_purge_keeps_in_the_ledger_what_the_broker_does_not_let_it_clear(tmp_path):
    acl = tmp_path / "acl"
    acl.write_text(f"topic readwrite {D}/#\n")
    acl.chmod(0o600)
    ledger = MemoryLedger({"elsewhere/state", f"{D}/x"})
    with (
        Mosquitto(tmp_path / "broker", extra=f"acl_file {acl}") as broker,
        pytest.raises(BrokerError, match="elsewhere/state"),
    ):
        await purge(on_port(broker.port), ledger)
    assert ledger.known() == {"elsewhere/state"}
