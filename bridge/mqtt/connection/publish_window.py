"""Publishes on one connection: the window of unacknowledged ones, and what was sent last before a hang-up."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from bridge.mqtt.connection import publish_packet as packets
from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.broker_limits import NO_QOS, BrokerLimits
from bridge.mqtt.connection.connack import Terms
from bridge.mqtt.connection.packet_reader import Puback
from bridge.mqtt.connection.packet_stream import PacketStream
from bridge.mqtt.connection.paho_client import PahoClient
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.messages import Acknowledged, Outgoing

LARGEST_WINDOW = 20
"""Limit of publishes that are not acknowledged yet; Mosquitto's limit for a client."""
RECENT_S = 1.0
"""A message at QoS 0 that was sent longer ago did not end the connection."""
HASTY = 50
"""So many messages within `RECENT_S` may be more than a broker takes."""
PROBE_S = 1.0
"""A message that goes out alone and is not acknowledged for so long may have ended the connection."""

Refused = Callable[[str, int, int, str], None]
"""Called with topic, bytes, reason code and its words of a message that the broker refused, and with a code of success
of the first one that it takes on that topic again."""


class PublishWindow:
    """Publishes, and calls each sender back with the broker's answer.

    The sender keeps to `size`. `refused` is called for a publish that the broker refused, and for the first that it
    takes on that topic again.
    """

    def __init__(
        self,
        stream: PacketStream,
        *,
        client: PahoClient,
        version: Version,
        limits: BrokerLimits,
        refused: Refused | None,
    ) -> None:
        self.announced_largest: int | None = None
        """Bytes of the largest packet by the broker's own word; None without one."""
        self._loop = asyncio.get_running_loop()
        self._stream = stream
        self._version = version
        self._client = client
        self._limits = limits
        self._refused = refused or self._log_refusal
        self._full = LARGEST_WINDOW
        self._qos = limits.qos
        self._retain = limits.retain
        self._refused_topics: set[str] = set()
        self._pending: dict[int, tuple[Outgoing, int, Acknowledged]] = {}
        self._recent: deque[tuple[float, Outgoing, int]] = deque(maxlen=LARGEST_WINDOW)
        """Messages at QoS 0, which nothing acknowledges, with the time of sending."""
        self._answers: deque[tuple[Outgoing, int, Acknowledged]] = deque()
        """Messages at QoS 0 that go out one at a time, each followed by a PINGREQ."""
        self._times: deque[float] = deque(maxlen=HASTY)
        """Instants of the last publishes."""
        self._stale: frozenset[int] = frozenset()
        self._acknowledges = False

    @property
    def size(self) -> int:
        """Number of publishes that may be unacknowledged now."""
        return 1 if self._limits.careful else self._full

    @property
    def largest_packet(self) -> int | None:
        """Bytes of the largest packet that the broker takes; None while no limit is known."""
        known = [one for one in (self.announced_largest, self._limits.largest) if one is not None]
        return min(known, default=None)

    def apply(self, terms: Terms) -> None:
        """Applies what the broker announced."""
        self._full = min(LARGEST_WINDOW, terms.receive_maximum or LARGEST_WINDOW)
        self.announced_largest = terms.largest
        self._qos = min(self._qos, terms.qos)
        self._retain = self._retain and terms.retain

    def publish(self, message: Outgoing, acknowledged: Acknowledged) -> bool:
        """Publishes at QoS 1, or 0 for a broker without.

        Returns True; `acknowledged` is called with the broker's answer later. Returns False, and makes no call, once
        the session has ended, and for a message that the broker does not take.
        """
        if self._stream.closed:
            return False
        identifier = self._client.next_identifier() if self._qos else None
        properties = self._properties(message)
        packet = packets.publish(message, identifier=identifier, properties=properties, retain=self._retain)
        size = len(packet)
        largest = self.largest_packet
        if largest is not None and size > largest:  # MQTT 5, 3.2.2.3.6: of the whole packet
            self._limits.log_too_large(message.topic, size)
            return False
        at = self._loop.time()
        if self._limits.leaves_out(message, at):
            return False
        self._times.append(at)
        self._stream.send(packet)
        if identifier is not None:
            self._pending[identifier] = (message, size, acknowledged)
            if self._limits.careful:
                self._loop.call_later(PROBE_S, self._probe, identifier)
        # MQTT 5, 3.2.2.3.4: a broker with a maximum of QoS 0 acknowledges nothing
        elif self._limits.careful:
            self._answers.append((message, size, acknowledged))
            self._client.ping()  # answered once the broker has read the message before it
        else:
            self._recent.append((at, message, size))
            self._loop.call_soon(acknowledged, True)  # noqa: FBT003 - its only argument
        return True

    def acknowledge(self, packet: Puback) -> None:
        """Calls the sender of a publish back with the broker's answer; ignores an unknown identifier."""
        waiting = self._pending.pop(packet.identifier, None)
        if waiting is None:
            return
        message, size, acknowledged = waiting
        self._acknowledges = True
        if packet.code >= codes.FAILED:
            self._refused_topics.add(message.topic)
            self._refused(message.topic, size, packet.code, codes.in_words(packet.code, reason=packet.reason))
            if packet.code == codes.TOO_LARGE:
                self._limits.too_large(message.topic, size)
            acknowledged(False)  # noqa: FBT003 - its only argument
            return
        if message.topic in self._refused_topics:
            self._refused_topics.discard(message.topic)
            self._refused(message.topic, size, packet.code, codes.in_words(packet.code))
        self._settle(message, acknowledged)

    def ping_answered(self) -> None:
        """Notes a PINGRESP: it acknowledges the oldest message at QoS 0 that went out alone, if there is one."""
        if self._answers:
            message, _, acknowledged = self._answers.popleft()
            self._settle(message, acknowledged)

    def release_stale(self) -> None:
        """Gives up messages that were unanswered at the last call already: their answers were lost, and others wait."""
        lost = [identifier for identifier in self._stale if identifier in self._pending]
        if lost and not self._acknowledges and self._qos:
            self._qos = self._limits.qos = 0
            self._limits.log_once("qos", f"the broker acknowledges nothing: {NO_QOS}")
        for identifier in lost:
            _, _, acknowledged = self._pending.pop(identifier)
            acknowledged(False)  # noqa: FBT003 - its only argument
        self._stale = frozenset(self._pending)

    def unanswered(self) -> tuple[tuple[Outgoing, int], ...]:
        """Returns the messages that may have ended the connection, with the bytes of their packets, oldest first."""
        if self._qos:
            return tuple((message, size) for message, size, _ in self._pending.values())
        if self._answers:
            return tuple((message, size) for message, size, _ in self._answers)
        since = self._loop.time() - RECENT_S
        return tuple((message, size) for at, message, size in self._recent if at >= since)

    @property
    def hasty(self) -> bool:
        """Whether many messages were sent in the last moment."""
        return len(self._times) == HASTY and self._times[0] >= self._loop.time() - RECENT_S

    def clear(self) -> None:
        """Forgets all messages; nobody is called back."""
        self._pending.clear()
        self._answers.clear()
        self._recent.clear()

    def _properties(self, message: Outgoing) -> bytes:
        """Returns the packed properties of a PUBLISH; MQTT 3.1.1 has none."""
        if self._version is not Version.V5:
            return b""
        if message.correlation is None:
            return packets.NO_PROPERTIES
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
        properties.CorrelationData = message.correlation
        return bytes(properties.pack())  # type: ignore[no-untyped-call]

    def _settle(self, message: Outgoing, acknowledged: Acknowledged) -> None:
        """Calls `acknowledged` for a message that the broker has taken; nothing after the end."""
        if self._stream.closed:
            return
        if self._limits.unproven:
            self._limits.accepted(message)
        if gap_s := self._limits.gap_s:
            self._loop.call_later(gap_s, acknowledged, True)  # noqa: FBT003 - its only argument
        else:
            acknowledged(True)  # noqa: FBT003

    def _probe(self, identifier: int) -> None:
        """Sends a PINGREQ if a message is still unanswered: some proxies report the end only at the next packet."""
        if identifier in self._pending and not self._stream.closed:
            self._client.ping()

    def _log_refusal(self, topic: str, size: int, code: int, words: str) -> None:
        """Logs a refused message, once for each topic; stands in for `refused`."""
        if code >= codes.FAILED:
            self._limits.log_once(f"refused {topic}", f"the broker refuses {topic} ({size} bytes): {words}")
