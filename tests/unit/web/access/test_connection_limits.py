"""Connections are counted and timed before anything of them is believed."""

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from fakes.page_bridge import page_bridge
from words.builders import an_input, settings_of

from bridge.web.access.connection_limits import MOST, MOST_OF_ONE, WARN_WITHIN_S, ConnectionLimits
from bridge.web.access.policy import INGRESS, AccessPolicy
from bridge.web.application import IDLE_S

pytestmark = pytest.mark.virtual_time

SETTINGS = settings_of(an_input("door"), web={"password": "s3cret"})
HEAD = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"


class Server:
    """Has connections, and makes one when called."""

    def __init__(self):
        self.connections = []

    def __call__(self):
        self.connections.append(object())
        return self.connections[-1]


class House:
    def __init__(self, door):
        self.server = Server()
        self.now = 1000.0
        self.limits = ConnectionLimits(door, self.server, monotonic=lambda: self.now)

    def lets_in(self, peer, times=1):
        return sum(self.limits.lets_in(peer) is not None for _ in range(times))


def test_one_address_gets_no_more_than_its_share_and_gets_it_back():
    house = House(AccessPolicy(guarded=True))
    assert house.lets_in("192.0.2.1", MOST_OF_ONE + 5) == MOST_OF_ONE
    assert house.lets_in("192.0.2.2") == 1
    del house.server.connections[:2]
    assert house.lets_in("192.0.2.1", 5) == 2


def test_a_network_of_addresses_is_one():
    house = House(AccessPolicy(guarded=True))
    assert sum(house.lets_in(f"2001:db8::{last:x}") for last in range(MOST_OF_ONE + 5)) == MOST_OF_ONE


@pytest.mark.parametrize("peer", ["127.0.0.1", INGRESS.peer])
def test_many_people_come_through_one_proxy_but_never_more_than_there_is_room_for(peer):
    house = House(AccessPolicy(guarded=True, ingress_peer=INGRESS.peer))
    assert house.lets_in(peer, MOST + 5) == MOST
    assert house.lets_in("192.0.2.1") == 0


def test_who_may_not_come_takes_no_place_and_fills_no_log(caplog):
    house = House(AccessPolicy(guarded=False))
    assert house.lets_in("192.0.2.1", 100) == 0
    assert house.server.connections == []
    assert [record.levelname for record in caplog.records].count("WARNING") == 1
    house.now += WARN_WITHIN_S
    house.lets_in("192.0.2.1")
    assert [record.levelname for record in caplog.records].count("WARNING") == 2


@asynccontextmanager
async def serving(folder, settings=SETTINGS):
    async with page_bridge(folder, settings) as bridge:
        yield bridge


async def answer_to(bridge, *parts):
    """What comes back for what is sent, until the device has had enough; and after how long."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    reader, writer = await asyncio.open_connection("127.0.0.1", bridge.port)
    for part in parts:
        writer.write(part)
    with suppress(ConnectionError):
        return await reader.read(), loop.time() - begun
    return b"", loop.time() - begun


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "])
async def test_who_connects_and_never_asks_is_let_go(tmp_path, sent):
    async with serving(tmp_path) as bridge:
        said, after_s = await answer_to(bridge, sent)
    assert said == b""
    assert after_s <= IDLE_S + 2


async def test_a_head_that_comes_in_drops_is_not_waited_for(tmp_path):
    async with serving(tmp_path) as bridge:
        loop = asyncio.get_running_loop()
        _, writer = await asyncio.open_connection("127.0.0.1", bridge.port)
        writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
        begun = loop.time()
        while not writer.transport.is_closing():
            writer.write(b"z")
            await asyncio.sleep(1)
            assert loop.time() - begun < IDLE_S + 10


async def test_a_body_that_never_comes_is_not_waited_for(tmp_path):
    async with serving(tmp_path) as bridge:
        said, after_s = await answer_to(bridge, HEAD, b"Content-Length: 40\r\n\r\npass")
    assert said.startswith(b"HTTP/1.1 408 ")
    assert after_s < 60


async def test_a_machines_body_that_never_comes_is_not_waited_for(tmp_path):
    head = (
        b"POST /api/silence HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        b"Content-Type: application/json\r\nContent-Length: 40\r\n\r\n{"
    )
    async with serving(tmp_path, settings_of(an_input("door"))) as bridge:
        said, after_s = await answer_to(bridge, head)
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"took too long" in said
    assert after_s < 60


async def test_a_body_that_is_too_large_is_not_read_to_its_end(tmp_path):
    async with serving(tmp_path) as bridge:
        said, _ = await answer_to(bridge, HEAD, b"Content-Length: 100000000\r\n\r\n", b"password=" + b"x" * 200_000)
    assert said.startswith(b"HTTP/1.1 413 ")
