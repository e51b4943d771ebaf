"""What the session needs of paho beyond its public interface; these fail when paho changes it."""

from __future__ import annotations

import inspect

import pytest
from fakes.far_end import FarEnd
from paho.mqtt.client import Client

from bridge.mqtt.connection.paho_client import PahoClient
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.session_types import Filter, Login
from bridge.mqtt.messages import Outgoing


def written(version, act, **login):
    """The packets that an act writes after CONNECT."""
    packets = []
    values = {"client_id": "c", "username": None, "password": None, "keepalive_s": 30, "will": None}
    client = PahoClient(packets.append, Login(version=version, **(values | login)), qos=1, retain=True)
    client.hello()
    act(client)
    return packets


@pytest.mark.parametrize("name", ["_create_socket", "_mid_generate", "_send_pingreq"])
def test_paho_still_has_the_methods_that_are_overridden_or_called(name):
    assert callable(getattr(Client, name))


def test_paho_still_asks_create_socket_for_its_socket_when_it_reconnects():
    assert "self._create_socket()" in inspect.getsource(Client.reconnect)


@pytest.mark.parametrize("version", list(Version))
async def test_paho_speaks_over_the_given_socket(version):
    far = FarEnd(version)
    hello = await far.connected()
    assert hello[2:9] == b"\x00\x04MQTT" + bytes([version])
    assert hello[10:12] == b"\x00\x1e"
    far.session.abort("the end")


@pytest.mark.parametrize("version", list(Version))
def test_every_packet_is_written_whole_and_at_once(version):
    topic = Filter(topic="a")
    packets = written(
        version,
        lambda client: (client.subscribe_to([topic], options=True), client.ping(), client.disconnect()),
        will=Outgoing(topic="t", payload=b"offline", retained=True),
    )
    assert [one[0] for one in packets] == [0x10, 0x82, 0xC0, 0xE0]
    assert b"\x00\x07offline" in packets[0]
    assert all(one[1] == len(one) - 2 for one in packets)


@pytest.mark.parametrize(
    ("version", "options", "one", "byte"),
    [
        (Version.V311, True, Filter(topic="a"), 1),
        (Version.V5, True, Filter(topic="a"), 0b1101),
        (Version.V5, True, Filter(topic="a", own_too=True), 0b1001),
        (Version.V5, True, Filter(topic="a", flag_retained=False), 0b0101),
        (Version.V5, False, Filter(topic="a"), 1),
    ],
)
def test_a_subscription_has_the_options_of_its_version(version, options, one, byte):
    packets = written(version, lambda client: client.subscribe_to([one], options=options))
    assert packets[1][-1] == byte


def test_publishes_and_subscriptions_are_numbered_in_one_sequence():
    numbers = []
    written(
        Version.V5,
        lambda client: numbers.extend(
            [client.next_identifier(), client.subscribe_to([Filter(topic="a")], options=True), client.next_identifier()]
        ),
    )
    assert numbers == [1, 2, 3]
