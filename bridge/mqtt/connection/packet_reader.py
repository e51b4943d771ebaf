"""Reads the packets of a broker from its bytes, leniently and within limits; pure.

paho builds packets; it does not read them, since one reason code or property that it does not know ends
its session, at every connection again. Here such a one is a number like all others.
"""

from __future__ import annotations

from bridge.core.value import value
from bridge.errors import BrokerError
from bridge.mqtt.connection import properties as props
from bridge.mqtt.connection.properties import Properties
from bridge.mqtt.connection.protocol_version import Version

LARGEST_KEPT = 128 * 1024
"""Bytes of one packet that are kept; the rest is read and dropped, so that no packet fills the memory."""
_LENGTH_BYTES = 4
_PUBLISH = 3
_PLAIN_PUBACK = b"\x40\x02"


@value
class Connack:
    """A CONNACK; `old_form` if it has no properties, as in MQTT 3.1.1."""

    code: int
    session_present: bool
    properties: Properties
    old_form: bool


@value
class Puback:
    """A PUBACK of either form."""

    identifier: int
    code: int
    reason: str | None = None


@value
class Suback:
    """A SUBACK, with one code for each filter, if the broker counts right."""

    identifier: int
    codes: bytes
    reason: str | None = None


@value
class Publish:
    """A message. `topic` is None when it cannot be one; `size` is that of the whole packet, `cut` that bytes lack."""

    topic: str | None
    payload: bytes
    qos: int
    retained: bool
    identifier: int
    size: int
    cut: bool
    response_topic: str | None = None
    correlation: bytes | None = None
    expiry_s: int | None = None


@value
class Disconnect:
    """The broker's reason for the end; `server` is another one that it names."""

    code: int
    reason: str | None = None
    server: str | None = None


@value
class Other:
    """Any other packet, by its type; `identifier` is 0 where there is none."""

    kind: int
    identifier: int


Packet = Connack | Puback | Suback | Publish | Disconnect | Other


class PacketReader:
    """Turns a broker's bytes into packets: `feed` takes the bytes, `next` returns the packets.

    `largest_kept` holds limits in bytes, by topic, for topics with larger messages than `LARGEST_KEPT`.
    """

    def __init__(self, version: Version) -> None:
        self.largest_kept: dict[str, int] = {}
        self._has_properties = version is Version.V5
        self._in = b""
        self._at = 0
        self._skip = 0
        """Bytes of the packet before that are still to be dropped."""

    @property
    def has_input(self) -> bool:
        """Whether bytes wait that were not returned as a packet yet."""
        return self._at < len(self._in)

    def feed(self, data: bytes) -> None:
        """Adds bytes behind those that wait."""
        self._in = self._in[self._at :] + data
        self._at = 0

    def next(self) -> Packet | None:
        """Returns the next packet, or None until more bytes have come.

        Raises:
            BrokerError: the length of a packet makes no sense, so that no packet can be found behind it.
        """
        data, begin = self._in, self._at
        if data[begin : begin + 2] == _PLAIN_PUBACK and not self._skip and len(data) >= begin + 4:
            self._at = begin + 4  # nearly all packets of a broker are such
            return Puback(identifier=data[begin + 2] << 8 | data[begin + 3], code=0)
        if self._skip and not self._dropped():
            return None
        begin = self._at
        length = props.variable_number(data, begin + 1)
        if length is None:
            if len(data) > begin + _LENGTH_BYTES:
                message = "sent a packet whose length makes no sense"
                raise BrokerError(message)
            return None
        size, body = length
        kept = self._kept(data[begin] >> 4, size, body)
        if kept is None or len(data) < body + kept:
            return None
        self._at = body + kept
        self._skip = size - kept
        return self._packet(data[begin], data[body : body + kept], size)

    def _dropped(self) -> bool:
        """Drops what is left of an oversized packet, as far as it has come. Returns whether all of it is dropped."""
        count = min(self._skip, len(self._in) - self._at)
        self._at += count
        self._skip -= count
        return not self._skip

    def _kept(self, kind: int, size: int, body: int) -> int | None:
        """Returns the number of bytes of a packet that are kept; None until the topic, which decides it, has come."""
        if size <= LARGEST_KEPT:
            return size
        if kind != _PUBLISH:
            return LARGEST_KEPT
        data = self._in
        end = body + 2 + int.from_bytes(data[body : body + 2], "big")
        if len(data) < max(end, body + 2):
            return None
        limit = self.largest_kept.get(data[body + 2 : end].decode("utf-8", "replace"), LARGEST_KEPT)
        return min(size, limit)

    def _packet(self, first: int, body: bytes, size: int) -> Packet:
        """Returns a packet by its first byte, its body as far as it is kept, and the size of the whole body."""
        match first >> 4:
            case 3:
                return self._publish(first, body, size)
            case 4:
                given = self._properties(body, 3)
                return Puback(
                    identifier=_identifier(body),
                    code=body[2] if len(body) > 2 else 0,  # noqa: PLR2004 - behind the identifier
                    reason=given.text(props.REASON),
                )
            case 9:
                return self._suback(body)
            case 2:
                old_form = self._has_properties and len(body) <= 2  # noqa: PLR2004 - flags and code
                return Connack(
                    code=body[1] if len(body) > 1 else 0x81,
                    session_present=bool(body and body[0] & 1),
                    properties=self._properties(body, 2),
                    old_form=old_form,
                )
            case 14:
                given = self._properties(body, 1)
                return Disconnect(
                    code=body[0] if body else 0,
                    reason=given.text(props.REASON),
                    server=given.text(props.SERVER_REFERENCE),
                )
            case kind:
                return Other(kind=kind, identifier=_identifier(body))

    def _suback(self, body: bytes) -> Suback:
        at = 2
        reason = None
        if self._has_properties:
            length = props.variable_number(body, at)
            if length is not None:
                at = length[1] + length[0]
                reason = props.read(body[length[1] : at]).text(props.REASON)
        return Suback(identifier=_identifier(body), codes=body[at:], reason=reason)

    def _publish(self, first: int, body: bytes, size: int) -> Publish:
        """Returns a message; its topic is None if the packet contradicts itself or the topic is not usable."""
        at = 2 + int.from_bytes(body[:2], "big")
        topic = _topic(body[2:at]) if at <= len(body) else None
        qos = first >> 1 & 3
        identifier = 0
        if qos:
            identifier = _identifier(body[at:])
            at += 2
        given = Properties()
        whole = len(body) == size
        if self._has_properties:
            length = props.variable_number(body, at)
            end = len(body) + 1 if length is None else length[1] + length[0]
            if length is None or end > len(body):
                # The payload begins nowhere: an empty one would be a command of its own.
                topic, at = (topic, len(body)) if not whole else (None, len(body))
            else:
                given, at = props.read(body[length[1] : end]), end
        return Publish(
            topic=topic,
            payload=body[at:],
            qos=qos,
            retained=bool(first & 1),
            identifier=identifier,
            size=size,
            cut=not whole,
            response_topic=_response_topic(given),
            correlation=given.texts.get(props.CORRELATION),
            expiry_s=given.numbers.get(props.EXPIRY),
        )

    def _properties(self, body: bytes, at: int) -> Properties:
        """Returns the properties of an answer that begin at `at`.

        Empty where the packet leaves them out (3.4.2.2.1).
        """
        if not self._has_properties or len(body) <= at:
            return Properties()
        length = props.variable_number(body, at)
        if length is None:
            return Properties(odd=["their length"])
        return props.read(body[length[1] : length[1] + length[0]])


def _identifier(body: bytes) -> int:
    """Returns the packet identifier in a body's first two bytes."""
    return int.from_bytes(body[:2], "big")


def _topic(raw: bytes) -> str | None:
    """Returns a topic, or None if the bytes are empty (an alias, which was never allowed), a filter, or no text."""
    try:
        topic = raw.decode()
    except UnicodeDecodeError:
        return None
    return topic if topic and not any(sign in topic for sign in "+#\0") else None


def _response_topic(given: Properties) -> str | None:
    return given.text(props.RESPONSE_TOPIC)
