"""A description in the form of earlier releases, which had everything in one device: moved once all is at rest."""

from __future__ import annotations

import json

import pytest
from fakes.ledger import MemoryLedger
from fakes.mqtt_bridge import Bridge, D, an_input_view, on_port
from programs.mqtt_client import MqttClient, retained, until
from servers.mosquitto import Mosquitto
from servers.relay import Relay
from words.builders import an_input, an_output
from words.old_form import old_description

from bridge.core.effects import PublishInput, PublishSettings
from ha_discovery import MIGRATION

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(90)]
CONFIG, DOOR, SIREN = (f"homeassistant/device/front-gate{part}/config" for part in ("", "_door", "_siren"))
EVERY = "homeassistant/device/#"
PARTS = (an_input("door", outputs=["siren"]), an_output("siren", kind="siren"))


@pytest.fixture
def broker(tmp_path):
    with Mosquitto(tmp_path / "broker") as one:
        yield one


def lies_there(broker, settings, *more):
    """The description of a former release lies on the broker, perhaps with terminals that are no more."""
    with MqttClient(broker.port) as client:
        client.publish(CONFIG, old_description(on_port(broker.port, *PARTS, *more)), retain=True)
    return settings


def whole(payload):
    """Whether it is a complete description."""
    return b"unique_id" in payload


def moves(client):
    """Topics and payloads since the old description."""
    return [(one.topic, one.payload) for one in client.heard if not one.stored]


@pytest.mark.parametrize("old_version", [False, True], ids=["MQTT 5", "MQTT 3.1.1"])
async def test_the_old_topic_gives_up_its_entities_before_others_have_them(broker, old_version):
    settings = lies_there(broker, on_port(broker.port))
    with MqttClient(broker.port, EVERY, f"{D}/availability") as client:
        async with Relay(broker.port, old=old_version) as relay, Bridge(on_port(relay.port)).running() as bridge:
            await until(lambda: whole(retained(broker.port, CONFIG)[CONFIG]) and client.on(SIREN), within_s=10)
            await until(lambda: client.on(CONFIG) and whole(client.last(CONFIG)) and len(client.on(CONFIG)) == 3)
            assert bridge.ledger.known() >= {CONFIG, DOOR, SIREN}
    found = moves(client)
    assert found.index((f"{D}/availability", b"online")) < found.index((CONFIG, MIGRATION)), "nobody waits for it"
    described = [(topic, whole(body)) for topic, body in found if topic != f"{D}/availability"]
    # The first message asks whether terminals' topics may be written; Home Assistant does not know them yet.
    assert described == [(DOOR, False), (CONFIG, False), (DOOR, True), (SIREN, True), (CONFIG, True)]
    assert not [key for key in json.loads(client.last(CONFIG))["components"] if key.startswith(("door", "siren"))]
    assert settings.inputs


async def test_what_is_no_more_is_taken_away_under_its_platform_before_the_move(broker):
    lies_there(broker, None, an_input("tamper"))
    with MqttClient(broker.port, EVERY) as client:
        async with Bridge(on_port(broker.port)).running():
            await until(lambda: client.on(SIREN), within_s=10)
    removal = next(json.loads(body) for topic, body in moves(client) if topic == CONFIG)["components"]
    assert removal["tamper_state"] == {"platform": "binary_sensor"}
    assert {key.partition("_")[0] for key in removal} == {"tamper"}
    order = [body for topic, body in moves(client) if topic == CONFIG]
    assert order.index(MIGRATION) == 1


async def test_nothing_is_moved_while_an_alarm_lasts_and_states_are_shown_all_the_same(broker):
    lies_there(broker, None)
    with MqttClient(broker.port, EVERY, f"{D}/#") as client:
        async with Bridge(on_port(broker.port)).running(connected=False) as bridge:
            alarm = an_input_view(tripped=True, alarm=True)
            bridge.adapter.perform(PublishInput(view=alarm))
            await until(lambda: client.last(f"{D}/availability") == b"online")
            client.publish("homeassistant/status", b"online")
            count = len(client.on(f"{D}/input/door/alarm"))
            await until(lambda: len(client.on(f"{D}/input/door/alarm")) > count, within_s=10, what="states again")
            assert [topic for topic, _ in moves(client) if topic.startswith("homeassistant")] == []
            bridge.adapter.perform(PublishInput(view=an_input_view()))
            await until(lambda: client.on(SIREN), within_s=10)


async def test_a_move_that_was_cut_off_in_the_middle_goes_on(broker):
    with MqttClient(broker.port) as client:
        client.publish(CONFIG, MIGRATION, retain=True)
    async with Bridge(on_port(broker.port)).running() as bridge:
        await until(lambda: bridge.adapter.unfinished_messages == 0)
        found = retained(broker.port, EVERY)
    assert {topic: whole(body) for topic, body in found.items()} == dict.fromkeys((CONFIG, DOOR, SIREN), True)


async def test_settings_that_change_during_the_move_are_described_too(broker):
    lies_there(broker, None)
    with MqttClient(broker.port, EVERY) as client:
        async with Bridge(on_port(broker.port)).running() as bridge:
            await until(lambda: (CONFIG, MIGRATION) in moves(client), within_s=10)
            bridge.adapter.perform(PublishSettings(settings=on_port(broker.port, PARTS[0])))
            await until(lambda: whole(client.last(CONFIG) or b""), within_s=10)
            await until(lambda: "link_siren" not in retained(broker.port, DOOR).get(DOOR, b"link_siren").decode())
            assert SIREN not in retained(broker.port, EVERY)


@pytest.mark.parametrize("old_version", [False, True], ids=["MQTT 5", "MQTT 3.1.1"])
async def test_a_broker_that_lets_the_old_topic_alone_be_written_keeps_what_is_there(tmp_path, caplog, old_version):
    acl = tmp_path / "acl"
    acl.write_text(
        f"topic readwrite alarm2mqtt/#\ntopic readwrite {CONFIG}\ntopic read homeassistant/#\ntopic readwrite test/#\n"
    )
    acl.chmod(0o600)
    with Mosquitto(tmp_path / "broker", extra=f"acl_file {acl}") as broker:
        lies_there(broker, None)
        async with Relay(broker.port, old=old_version) as relay, Bridge(on_port(relay.port)).running():
            await until(lambda: "allow homeassistant/device/#" in caplog.text, within_s=10)
            assert whole(retained(broker.port, CONFIG)[CONFIG])


async def test_an_old_device_that_a_person_deletes_meanwhile_stays_deleted(broker):
    lies_there(broker, None)
    ledger = MemoryLedger()
    with MqttClient(broker.port, EVERY, f"{D}/#") as client:
        async with Bridge(on_port(broker.port), ledger=ledger).running(connected=False) as bridge:
            bridge.adapter.perform(PublishInput(view=an_input_view(tripped=True, alarm=True)))
            await until(lambda: client.last(f"{D}/availability") == b"online")
            client.publish(CONFIG, b"", retain=True)
            await until(lambda: moves(client)[-1] == (CONFIG, b""))
            bridge.adapter.perform(PublishInput(view=an_input_view()))
            client.publish("homeassistant/status", b"online")
            count = len(client.on(f"{D}/availability"))
            await until(lambda: len(client.on(f"{D}/availability")) > count, within_s=10)
            assert retained(broker.port, EVERY) == {}
