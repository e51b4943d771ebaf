"""The packet that an edge costs four of, as bytes (pure); all others are made and read by paho.

paho's way to a PUBLISH is some thirty calls, a lock and a dictionary, and keeps the message to send it
again in a session that goes on. Ours never does: every connection begins anew and says everything
again. That the bytes are those of paho is what the tests say.
"""

from __future__ import annotations

from bridge.mqtt.messages import Outgoing

NO_PROPERTIES = b"\x00"
"""MQTT 5, 2.2.2: properties of no length."""
_PUBLISH = 0x30
_QOS_1 = 0x02
_MORE = 0x80


def publish(message: Outgoing, *, identifier: int | None, properties: bytes) -> bytes:
    """A PUBLISH (MQTT 5 and 3.1.1, 3.3), at QoS 1 with an identifier of 1 to 65535, at QoS 0 without.

    `properties` are packed with their length; under 3.1.1 there are none, and this is empty.
    """
    topic = message.topic.encode()
    first, number = _PUBLISH | message.retained, b""
    if identifier is not None:
        first, number = first | _QOS_1, identifier.to_bytes(2, "big")
    rest = b"%b%b%b%b" % (len(topic).to_bytes(2, "big"), topic, number, properties)
    return b"%c%b%b%b" % (first, _length(len(rest) + len(message.payload)), rest, message.payload)


def _length(count: int) -> bytes:
    """A remaining length (2.1.4 and 2.2.3): seven bits a byte, the lowest first."""
    if count < _MORE:
        return b"%c" % count
    digits = bytearray()
    while count >= _MORE:
        digits.append(count % _MORE | _MORE)
        count //= _MORE
    digits.append(count)
    return bytes(digits)
