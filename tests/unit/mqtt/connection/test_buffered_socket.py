from __future__ import annotations

import gc
import select
import socket
import struct
import weakref

import pytest
from words.waiting import wait_until

from bridge.mqtt.connection.buffered_socket import CHUNK, BufferedSocket


@pytest.fixture
def pair():
    near, far = socket.socketpair()
    near.setblocking(False)
    far.setblocking(False)
    with near, far:
        yield BufferedSocket(near), far


def test_what_has_come_is_returned_at_once(pair):
    wire, far = pair
    far.send(b"abcdef")
    assert wire.fill() == b"abcdef"
    assert wire.fill() == b""
    assert not wire.ended


def test_one_reading_takes_no_more_than_a_chunk(pair):
    wire, far = pair
    far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * CHUNK)
    sent = far.send(bytes(2 * CHUNK))
    assert sent > CHUNK
    assert len(wire.fill()) == CHUNK


def test_nothing_is_written_before_the_flush_and_then_all_at_once(pair):
    wire, far = pair
    wire.send(b"abc")
    wire.send(b"def")
    with pytest.raises(BlockingIOError):
        far.recv(9)
    assert wire.flush() is False
    assert far.recv(9) == b"abcdef"


def test_what_the_socket_does_not_take_is_written_later(pair):
    wire, far = pair
    much = bytes(4_000_000)
    wire.send(much)
    assert wire.flush() is True
    read = 0
    while read < len(much):
        read += len(far.recv(1_000_000))
        wire.flush()
    assert wire.flush() is False


def test_the_other_sides_end_comes_after_what_was_sent_before(pair):
    wire, far = pair
    far.send(b"a")
    far.close()
    assert wire.fill() == b"a"
    assert not wire.ended
    assert wire.fill() == b""
    assert wire.ended
    assert wire.error is None


def test_a_connection_that_breaks_shows_as_its_end(pair):
    wire, far = pair
    far.close()
    wire.send(b"a")
    assert wire.flush() is False
    assert wire.ended
    assert wire.fill() == b""


def test_last_words_are_heard_though_writing_failed_first(pair):
    wire, far = pair
    far.send(b"goodbye")
    far.close()
    wire.send(b"a")
    wire.flush()
    assert wire.fill() == b"goodbye"
    assert wire.ended


def test_what_was_written_is_still_sent_when_it_is_closed(pair):
    wire, far = pair
    wire.send(b"bye")
    wire.close()
    wire.close()
    assert far.recv(9) == b"bye"
    assert wire.fileno() == -1


def test_what_the_peer_said_last_comes_after_a_write_that_failed(pair):
    wire, far = pair
    far.send(b"the reason")
    far.close()
    wire.send(b"x" * 100)
    wire.flush()
    wire.send(b"y")
    assert wire.flush() is False
    assert wire.fill() == b"the reason"
    assert wire.ended


def test_a_connection_that_breaks_while_it_is_read_has_ended_with_its_error():
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
        near.setblocking(False)
        wire = BufferedSocket(near)
        far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        far.close()  # a reset
        wait_until(lambda: wire.fill() == b"" and wire.ended)
        assert isinstance(wire.error, ConnectionResetError)
        wire.close()


def test_the_end_sends_what_waits_and_closes_twice_without_an_error(pair):
    wire, far = pair
    wire.send(b"goodbye")
    wire.close()
    assert far.recv(9) == b"goodbye"
    assert far.recv(9) == b""
    assert wire.fileno() == -1
    wire.close()


def test_a_connection_that_was_reset_is_freed_with_its_last_user():
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    near.setblocking(False)
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    far.close()
    wire = BufferedSocket(near)
    kept = weakref.ref(wire)
    select.select([near], [], [], 5)
    wire.fill()
    assert wire.error is not None
    gc.disable()
    try:
        del wire
        assert kept() is None
    finally:
        gc.enable()
        near.close()
