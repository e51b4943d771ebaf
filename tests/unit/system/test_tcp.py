import asyncio
import contextlib
import socket

import pytest

from bridge.system.tcp import dial


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


@pytest.fixture
def black_hole():
    """A port whose queue is full: it answers no knock, as a dead address does."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(server.getsockname())
        yield server


def host_with(monkeypatch, *servers):
    """The name service knows these addresses, in this order."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", server.getsockname()) for server in servers]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)


def dial_now(**options):
    async def go():
        with await dial("nas.local", 21, **options) as connection:
            return connection.getpeername()

    return asyncio.run(go())


def test_an_address_that_swallows_everything_does_not_hide_the_next(monkeypatch, black_hole, listener):
    host_with(monkeypatch, black_hole, listener)
    assert dial_now(address_limit_s=0.1) == listener.getsockname()


def test_an_address_that_refuses_does_not_hide_the_next(monkeypatch, listener):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = closed.getsockname()
    host_with(monkeypatch, type("Closed", (), {"getsockname": lambda _: address})(), listener)
    assert dial_now() == listener.getsockname()


def test_the_last_addresss_reason_is_told(monkeypatch, black_hole):
    host_with(monkeypatch, black_hole)
    with pytest.raises(TimeoutError):
        dial_now(address_limit_s=0.1)


def test_a_name_without_addresses_is_an_error(monkeypatch):
    host_with(monkeypatch)
    with pytest.raises(ConnectionError, match="no address"):
        dial_now()
