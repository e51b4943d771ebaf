"""Builds the PUBLISH packet and the answers to one; paho builds and reads all others. Pure.

An edge costs four PUBLISHes, and paho's way to one is some thirty calls, a lock and a dictionary. It keeps
the message too, to send it again in a resumed session; ours is never resumed, since each connection
publishes everything again. Tests compare the bytes with those of paho.
"""

from __future__ import annotations

from bridge.mqtt.messages import Outgoing

NO_PROPERTIES = b"\x00"
"""MQTT 5, 2.2.2: properties of length 0."""
_PUBLISH = 0x30
_QOS_1 = 0x02
_MORE = 0x80
PUBACK, PUBREC, PUBREL, PUBCOMP = 4, 5, 6, 7


def publish(message: Outgoing, *, identifier: int | None, properties: bytes, retain: bool = True) -> bytes:
    """Returns a PUBLISH (MQTT 5 and 3.1.1, 3.3), at QoS 1 with an identifier of 1 to 65535, at QoS 0 without.

    `properties` are packed with their length; empty for 3.1.1, which has none. Without `retain` nothing is retained.
    """
    topic = message.topic.encode()
    first, number = _PUBLISH | (message.retained and retain), b""
    if identifier is not None:
        first, number = first | _QOS_1, identifier.to_bytes(2, "big")
    rest = b"%b%b%b%b" % (len(topic).to_bytes(2, "big"), topic, number, properties)
    return b"%c%b%b%b" % (first, _length(len(rest) + len(message.payload)), rest, message.payload)


def answer(kind: int, identifier: int) -> bytes:
    """Returns a PUBACK, PUBREC, PUBREL or PUBCOMP of success (3.4 to 3.7), by its packet type."""
    flags = _QOS_1 if kind == PUBREL else 0
    return b"%c\x02%b" % (kind << 4 | flags, identifier.to_bytes(2, "big"))


def _length(count: int) -> bytes:
    """Returns a remaining length (2.1.4 and 2.2.3): seven bits a byte, the lowest first."""
    if count < _MORE:
        return b"%c" % count
    digits = bytearray()
    while count >= _MORE:
        digits.append(count % _MORE | _MORE)
        count //= _MORE
    digits.append(count)
    return bytes(digits)
