from __future__ import annotations

import socket

import pytest

from bridge.mqtt.connection.buffered_socket import LARGEST_PACKET, BufferedSocket


@pytest.fixture
def pair():
    near, far = socket.socketpair()
    near.setblocking(False)
    far.setblocking(False)
    with near, far:
        yield BufferedSocket(near), far


def test_what_has_come_is_handed_out_piece_by_piece(pair):
    wire, far = pair
    far.send(b"abcdef")
    wire.fill()
    assert [wire.recv(1), wire.recv(2), wire.recv(9)] == [b"a", b"bc", b"def"]
    assert not wire.has_input
    with pytest.raises(BlockingIOError):
        wire.recv(1)


def test_what_was_not_taken_is_kept_when_more_comes(pair):
    wire, far = pair
    far.send(b"abc")
    wire.fill()
    wire.recv(1)
    far.send(b"def")
    wire.fill()
    assert wire.recv(9) == b"bcdef"


def test_nothing_is_written_before_the_flush_and_then_all_at_once(pair):
    wire, far = pair
    assert wire.send(b"abc") == 3
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


def test_the_other_sides_end_is_told_after_what_came_before(pair):
    wire, far = pair
    far.send(b"a")
    far.close()
    wire.fill()
    wire.fill()
    assert wire.has_input
    assert [wire.recv(1), wire.recv(1)] == [b"a", b""]
    assert wire.error is None


def test_a_connection_that_breaks_shows_as_its_end(pair):
    wire, far = pair
    far.close()
    wire.send(b"a")
    assert wire.flush() is False
    assert wire.ended
    assert wire.recv(1) == b""


def test_last_words_are_heard_though_writing_failed_first(pair):
    wire, far = pair
    far.send(b"goodbye")
    far.close()
    wire.send(b"a")
    wire.flush()
    assert [wire.recv(9), wire.recv(9)] == [b"goodbye", b""]


def test_a_packet_that_would_fill_the_memory_ends_the_connection(pair):
    wire, _ = pair
    assert wire.recv(LARGEST_PACKET + 1) == b""
    assert wire.ended
    assert str(LARGEST_PACKET + 1) in str(wire.error)


def test_what_was_written_is_still_sent_when_it_is_closed(pair):
    wire, far = pair
    wire.send(b"bye")
    wire.close()
    wire.close()
    assert far.recv(9) == b"bye"
    assert wire.fileno() == -1
