"""Packets of brokers that are cut into any pieces, larger than they may be, or nonsense."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BrokerError
from bridge.mqtt.connection.packet_reader import LARGEST_KEPT, PacketReader, Publish
from bridge.mqtt.connection.protocol_version import Version


def length(size):
    digits = bytearray()
    while size > 0x7F:
        digits.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([*digits, size])


def a_publish(topic, payload):
    body = len(topic).to_bytes(2, "big") + topic + b"\x00" + payload
    return b"\x30" + length(len(body)) + body


def read(reader, data, piece):
    found = []
    for begin in range(0, len(data), piece):
        reader.feed(data[begin : begin + piece])
        while (packet := reader.next()) is not None:
            found.append(packet)
    return found


STREAM = (
    b"\x20\x09\x00\x00\x06\x22\x00\x0a\x21\x00\x14\x90\x04\x00\x01\x00\x01\x40\x02\x00\x07"
    + a_publish(b"a/b", b"1" * 200)
    + b"\xd0\x00"
    + a_publish(b"a/c", bytes(LARGEST_KEPT))
    + b"\x40\x04\x00\x08\x10\x00\xe0\x02\x8b\x00"
)


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 100, 65536, len(STREAM)])
def test_packets_are_the_same_in_whatever_pieces_they_come(piece):
    assert read(PacketReader(Version.V5), STREAM, piece) == read(PacketReader(Version.V5), STREAM, len(STREAM))


def test_a_packet_without_an_end_fills_no_memory():
    reader = PacketReader(Version.V5)
    reader.feed(b"\x31" + length(256 * 1024 * 1024 - 1) + b"\x00\x01a\x00")
    chunk = bytes(64 * 1024)
    tracemalloc.start()
    for _ in range(1024):
        reader.feed(chunk)
        while reader.next() is not None:
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1024 * 1024


@pytest.mark.parametrize("first", [0x20, 0x40, 0x90, 0xE0, 0xF0])
def test_another_packet_without_an_end_fills_none_either(first):
    reader = PacketReader(Version.V5)
    packets = read(reader, bytes([first]) + length(4_000_000) + bytes(4_000_000) + b"\xd0\x00", 64 * 1024)
    assert len(packets) == 2


def test_of_one_topic_more_may_be_kept():
    reader = PacketReader(Version.V5)
    reader.largest_kept["a"] = 2_000_000
    packets = read(reader, a_publish(b"a", bytes(1_000_000)) + a_publish(b"b", bytes(1_000_000)), 64 * 1024)
    assert [(one.topic, one.cut) for one in packets] == [("a", False), ("b", True)]
    assert len(packets[0].payload) == 1_000_000


def test_a_message_of_too_many_properties_has_no_payload_that_could_be_a_command():
    properties = b"\x26\x00\x01a\xff\xf0" + bytes(0xFFF0)
    body = b"\x00\x01a" + length(4 * len(properties)) + 4 * properties + b"ON"
    (packet,) = read(PacketReader(Version.V5), b"\x30" + length(len(body)) + body, 64 * 1024)
    assert isinstance(packet, Publish)
    assert (packet.topic, packet.payload, packet.cut) == ("a", b"", True)


@given(st.binary(max_size=200), st.sampled_from(Version))
def test_no_bytes_raise_anything_but_that_they_make_no_sense(data, version):
    reader = PacketReader(version)
    reader.feed(data)
    try:
        while reader.next() is not None:
            pass
    except BrokerError:
        assert any(data[at : at + 4] >= b"\x80" for at in range(len(data)))
