from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as some
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.publish_packet import NO_PROPERTIES, publish
from bridge.mqtt.messages import Outgoing


class Listener(Client):
    """paho, with what it would send."""

    def __init__(self, version):
        super().__init__(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion(version))
        self.sent = b""
        self._sock = io.BytesIO()  # something that can be closed

    def _packet_queue(self, _command, packet, _mid, _qos, _info=None):
        self.sent = bytes(packet)


def as_paho_says_it(version, message, identifier, properties=None):
    paho = Listener(version)
    paho._send_publish(  # noqa: SLF001 - the other maker of this packet
        identifier or 0,
        message.topic.encode(),
        message.payload,
        0 if identifier is None else 1,
        message.retained,
        properties=properties,
    )
    return paho.sent


@given(
    version=some.sampled_from(Version),
    topic=some.text(
        some.characters(blacklist_categories=["Cs"], blacklist_characters="+#\0"), min_size=1, max_size=300
    ),
    payload=some.binary(max_size=300),
    retained=some.booleans(),
    identifier=some.none() | some.integers(min_value=1, max_value=65535),
)
def test_a_publish_is_what_paho_makes_of_it(version, topic, payload, retained, identifier):
    message = Outgoing(topic=topic, payload=payload, retained=retained)
    properties = NO_PROPERTIES if version is Version.V5 else b""
    made = publish(message, identifier=identifier, properties=properties)
    assert made == as_paho_says_it(version, message, identifier)


@pytest.mark.parametrize("size", [0, 100, 119, 120, 121, 16_374, 16_375, 16_376, 2_097_143, 2_097_144, 2_097_145])
def test_every_length_of_a_length_is_right(size):
    message = Outgoing(topic="abcd", payload=bytes(size))
    made = publish(message, identifier=7, properties=NO_PROPERTIES)
    assert made == as_paho_says_it(Version.V5, message, 7)


def test_properties_are_put_in_as_they_are():
    properties = Properties(PacketTypes.PUBLISH)
    properties.CorrelationData = b"which one"
    message = Outgoing(topic="answer", payload=b"{}")
    made = publish(message, identifier=300, properties=bytes(properties.pack()))
    assert made == as_paho_says_it(Version.V5, message, 300, properties)
