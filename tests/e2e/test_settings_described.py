"""What is published when settings change: the description only when it became another one."""

from __future__ import annotations

import pytest
from fakes.mqtt_bridge import Bridge, D, on_port
from programs.mqtt_client import MqttClient, until
from words.builders import an_input, an_output

from bridge.core.effects import PublishSettings

pytestmark = pytest.mark.e2e
CONFIG = "homeassistant/device/front-gate_door/config"
SETTINGS = f"{D}/input/door/settings"
DOOR, SIREN = an_input("door"), an_output("siren")


async def test_a_setting_that_changes_no_entity_does_not_describe_the_device_again(broker):
    async with Bridge(on_port(broker.port, DOOR, SIREN)).running() as bridge:
        with MqttClient(broker.port, CONFIG, SETTINGS) as client:
            await until(lambda: len(client.heard) == 2)
            bridge.adapter.perform(PublishSettings(settings=on_port(broker.port, an_input("door", quiet_s=9), SIREN)))
            await until(lambda: len(client.on(SETTINGS)) == 2)
            await until(lambda: bridge.adapter.unfinished_messages == 0)
            assert len(client.on(CONFIG)) == 1


async def test_an_option_that_is_new_is_shown_again_once_it_is_known(broker):
    async with Bridge(on_port(broker.port, DOOR, SIREN)).running() as bridge:
        with MqttClient(broker.port, CONFIG, SETTINGS) as client:
            await until(lambda: len(client.heard) == 2)
            written = an_input("door", schedule={"mon": ["08:00-09:00"]})
            bridge.adapter.perform(PublishSettings(settings=on_port(broker.port, written, SIREN)))
            await until(lambda: len(client.on(SETTINGS)) == 3)
            assert [one.topic for one in client.heard[2:]] == [SETTINGS, CONFIG, SETTINGS]
            assert client.heard[2].payload == client.heard[4].payload
