"""Why there is no connection, in words for a person."""

import socket

import pytest
from words.builders import settings_of

from bridge.errors import BrokerError
from bridge.mqtt.connection.broker_socket import connect_socket


async def told(mqtt):
    """What is said of a broker that is not there, without numbers."""
    with pytest.raises(BrokerError) as error:
        await connect_socket(settings_of(mqtt=mqtt).mqtt)
    assert "Errno" not in str(error.value)
    return str(error.value)


async def test_a_port_where_nobody_listens_is_told_once():
    with socket.socket() as taken:  # and nobody else can listen there meanwhile
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert (await told({"host": "127.0.0.1", "port": port})).startswith(f"nobody listens at 127.0.0.1:{port}: ")


async def test_a_socket_that_is_not_there_is_told_once():
    assert (await told({"host": "unix:/nowhere/broker.sock"})).endswith(
        "/nowhere/broker.sock: No such file or directory"
    )
