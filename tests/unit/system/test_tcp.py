import contextlib
import gc
import socket

import pytest

from bridge.system.tcp import connect_address, connect_tcp


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


async def connect_now(**options):
    with await connect_tcp("nas.local", 21, **options) as connection:
        return connection.getpeername()


async def test_an_address_that_swallows_everything_does_not_hide_the_next(monkeypatch, black_hole, listener):
    host_with(monkeypatch, black_hole, listener)
    assert await connect_now(address_limit_s=0.1) == listener.getsockname()


async def test_an_address_that_refuses_does_not_hide_the_next(monkeypatch, listener):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        address = closed.getsockname()
    host_with(monkeypatch, type("Closed", (), {"getsockname": lambda _: address})(), listener)
    assert await connect_now() == listener.getsockname()


async def test_the_last_addresss_reason_is_told(monkeypatch, black_hole):
    host_with(monkeypatch, black_hole)
    with pytest.raises(TimeoutError):
        await connect_now(address_limit_s=0.1)


async def test_a_refusal_is_in_the_systems_words_without_the_address(listener):
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(ConnectionRefusedError) as refused:
        await connect_tcp("127.0.0.1", port)
    assert refused.value.strerror == "Connection refused"


async def test_a_name_without_addresses_is_an_error(monkeypatch):
    host_with(monkeypatch)
    with pytest.raises(ConnectionError, match="no address"):
        await connect_now()


async def test_a_number_is_not_asked_of_the_name_service(monkeypatch, listener):
    def refuse(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "no name service here")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with await connect_tcp(*listener.getsockname()) as connection:
        result = connection.getpeername()
    assert result == listener.getsockname()


async def test_a_unix_socket_is_an_address_too(tmp_path):
    path = str(tmp_path / "broker.sock")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        with await connect_address(socket.AF_UNIX, path) as connection:
            result = connection.getpeername()
    assert result == path


async def test_refused_connections_leave_nothing_in_the_memory_though_the_collector_of_cycles_does_not_run():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    gc.collect()
    gc.disable()
    try:
        counts = []
        for _ in range(5):
            with contextlib.suppress(ConnectionRefusedError):
                await connect_tcp("127.0.0.1", port)
            counts.append(_sockets())
        assert counts == counts[:1] * 5
    finally:
        gc.enable()


def _sockets() -> int:
    return sum(isinstance(one, socket.socket) for one in gc.get_objects())
