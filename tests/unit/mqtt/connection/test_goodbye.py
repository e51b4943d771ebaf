"""How a session is left: in good order when `offline` was taken, else so that the will says it."""

from __future__ import annotations

import asyncio

import pytest
from fakes.mqtt_bridge import Bridge, on_port
from programs.mqtt_client import until

CONNECT, PUBLISH, SUBSCRIBE, DISCONNECT = 0x10, 0x30, 0x80, 0xE0
CONNACK = b"\x20\x03\x00\x00\x00"
NOT_AUTHORIZED = 0x87


class StubbornBroker:
    """MQTT 5, as far as a bridge needs it; a publish of `offline` is answered with `answer`."""

    def __init__(self, answer):
        self.kinds = []
        self.is_over = False
        self._answer = answer

    async def serve(self, reader, writer):
        try:
            while True:
                first, body = (await reader.readexactly(1))[0], await _body(reader)
                self.kinds.append(first & 0xF0)
                writer.write(self._said_to(first & 0xF0, body))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            self.is_over = True

    def _said_to(self, kind, body):
        if kind == CONNECT:
            return CONNACK
        if kind == SUBSCRIBE:
            filters = body.count(b"alarm2mqtt/") + body.count(b"homeassistant/")
            return bytes([0x90, 3 + filters, *body[:2], 0, *[1] * filters])
        if kind == PUBLISH:
            after = 2 + int.from_bytes(body[:2], "big")
            return bytes([0x40, 3, *body[after : after + 2], self._answer if body.endswith(b"offline") else 0])
        return b""


async def _body(reader):
    size = shift = 0
    while True:
        (digit,) = await reader.readexactly(1)
        size, shift = size | (digit & 0x7F) << shift, shift + 7
        if digit < 0x80:
            return await reader.readexactly(size)


@pytest.mark.parametrize(("answer", "in_good_order"), [(0, True), (NOT_AUTHORIZED, False)])
async def test_whoever_does_not_take_offline_is_left_without_a_goodbye_and_so_sends_the_will(answer, in_good_order):
    broker = StubbornBroker(answer)
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Bridge(on_port(port)).running() as bridge:
        await bridge.adapter.stop()
        await until(lambda: broker.is_over)
    assert (broker.kinds[-1] == DISCONNECT) == in_good_order
