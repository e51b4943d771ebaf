"""Why there is no connection, in words for a person."""

import asyncio

import pytest
from builders import settings_of
from server_process import free_port

from bridge.errors import BrokerError
from bridge.mqtt.dial import dial


@pytest.mark.parametrize(
    ("mqtt", "words"),
    [
        ({"host": "127.0.0.1", "port": free_port()}, "127.0.0.1:{port}: Connection refused"),
        ({"host": "unix:/nowhere/broker.sock"}, "/nowhere/broker.sock: No such file or directory"),
    ],
)
def test_a_broker_that_is_not_there_is_told_without_numbers_and_without_saying_it_twice(mqtt, words):
    with pytest.raises(BrokerError) as told:
        asyncio.run(dial(settings_of(mqtt=mqtt).mqtt))
    assert str(told.value).endswith(words.format(**mqtt))
    assert "Errno" not in str(told.value)
