"""Messages of the broker: acknowledged, and handed on once each."""

from __future__ import annotations

import logging
from collections.abc import Callable

from bridge.mqtt.connection import publish_packet as packets
from bridge.mqtt.connection.broker_limits import BrokerLimits
from bridge.mqtt.connection.packet_reader import LARGEST_KEPT, PacketReader, Publish
from bridge.mqtt.connection.packet_stream import PacketStream
from bridge.mqtt.messages import Incoming
from bridge.text.printable import escaped

_LOG = logging.getLogger(__name__)
_EXACTLY_ONCE = 2


class IncomingMessages:
    """Acknowledges the broker's messages and hands each to `receive` once.

    Nothing is handed on until the caller sets `listens`, since the client has subscribed then.
    """

    def __init__(
        self, stream: PacketStream, reader: PacketReader, *, limits: BrokerLimits, receive: Callable[[Incoming], None]
    ) -> None:
        self.listens = False
        self._stream = stream
        self._reader = reader
        self._limits = limits
        self._receive = receive
        self._twice_seen: set[int] = set()
        """Identifiers of messages at QoS 2 on their way; we subscribe at QoS 1, but a broker may send them."""

    def take(self, packet: Publish) -> None:
        """Acknowledges a message and hands it on.

        A repeated one, and one that was not asked for, is only acknowledged.
        """
        if packet.qos and not self._acknowledged(packet):
            return
        topic = packet.topic
        if topic is None or not self.listens:
            # Without a subscription it was queued for an earlier session, and is none of this one's commands.
            self._limits.log_once("no topic", "the broker sent a message without a topic, or before any subscription")
            return
        if packet.cut:
            kept = self._reader.largest_kept.get(topic, LARGEST_KEPT)
            self._limits.log_once(
                f"cut {topic}",
                f"a message of {packet.size} bytes lies on {ascii(topic)[1:-1]}: only {kept} bytes are read; "
                "clear it if it is retained",
            )
        incoming = Incoming(
            topic=topic,
            payload=packet.payload,
            retained=packet.retained,
            response_topic=packet.response_topic,
            correlation=packet.correlation,
            expiry_s=packet.expiry_s,
            cut=packet.cut,
        )
        try:
            self._receive(incoming)
        except Exception:  # noqa: BLE001 - logged whole; the next message has nothing to do with it
            _LOG.exception("a message on %s could not be handled", escaped(topic))

    def released(self, identifier: int) -> None:
        """Answers the PUBREL of a message at QoS 2; ignores an unknown identifier."""
        if identifier in self._twice_seen:
            self._twice_seen.discard(identifier)
            self._stream.send(packets.answer(packets.PUBCOMP, identifier))

    def _acknowledged(self, packet: Publish) -> bool:
        """Sends the acknowledgement. Returns whether the message is new."""
        if packet.qos != _EXACTLY_ONCE:
            self._stream.send(packets.answer(packets.PUBACK, packet.identifier))
            return True
        self._stream.send(packets.answer(packets.PUBREC, packet.identifier))
        new = packet.identifier not in self._twice_seen
        self._twice_seen.add(packet.identifier)
        return new
