"""Limits of a broker, as they turned out: what it does not offer or not take (`mqtt.md` 3).

A broker that closes the connection because of a message gets that message again at the next one, and so
for ever. The ends of connections are therefore remembered here. After the first end that a message may
have caused, messages go out one at a time, so that the next end names its cause; a message that ended the
connection twice is left out, for an hour at first, since an owner may mend the broker.

Pure; instants are monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.session_types import Ended, Filter
from bridge.mqtt.messages import Outgoing

FILTERS_A_PACKET = 8
"""AWS IoT Core takes no more in one SUBSCRIBE, and closes the connection."""
LARGE = 4096
"""Bytes of a packet from which on its size is the likely cause of a refusal."""
TWICE = 2
MANY = 3
"""So many topics were left out, and still the connection ends: they are tried again."""
WHOLE_TOPIC = 3
"""So many different payloads of one topic ended a connection: none of that topic is published."""
LEFT_OUT_S = 3600.0
LONGEST_S = 24 * 3600.0
NO_RETAIN = (
    "the broker keeps no retained messages: states and Home Assistant's description are published without, "
    "and again when Home Assistant starts; whatever connects later sees a state at its next change"
)
NO_QOS = "the broker takes no messages at QoS 1: everything is published at QoS 0, and a message may be lost"


@dataclass(slots=True, kw_only=True)
class _LeftOut:
    """Payloads of a topic that ended a connection; those of `from_bytes` and more are left out as well.

    `from_bytes` counts the payload alone, so that one picture on two topics has one size.
    """

    until: float
    wait_s: float = LEFT_OUT_S
    payloads: set[int] = field(default_factory=set)
    from_bytes: int | None = None


class BrokerLimits:
    """One broker's limits, for all its connections. `warn` logs a warning; each cause is logged once."""

    def __init__(self, *, warn: Callable[[str], object]) -> None:
        self.retain = True
        self.qos = 1
        self.wildcards = True
        self.options = True
        """Whether the subscription options of MQTT 5 are used."""
        self.filters_a_packet = FILTERS_A_PACKET
        self.largest: int | None = None
        """Bytes of the largest packet, where the broker refused a larger one by reason."""
        self.refused_sizes: dict[str, int] = {}
        """Bytes of the smallest packet of a topic that the broker named too large, or that is likely to be."""
        self.careful = False
        """Whether messages go out one at a time."""
        self.slow = False
        """Whether messages are spread over time, since the broker limits their rate."""
        self._warn = warn
        self._logged: set[str] = set()
        self._suspects: set[str] = set()
        self._earlier: set[str] = set()
        """Topics that waited for an answer at an end before the last connection that stood."""
        self._recurring = False
        self._left_out: dict[str, _LeftOut] = {}
        self._without: set[str] = set()
        """Filters that ended the connection twice."""
        self._subscribe_ends = 0
        self._retain_accepted = False
        self._trial: str | None = None
        """Topic of a message that is published without retain, to see whether the broker closes then as well."""

    def log_once(self, key: str, text: str) -> None:
        """Logs a warning, unless one with this key was logged before."""
        if key not in self._logged:
            self._logged.add(key)
            self._warn(text)

    @property
    def unproven(self) -> bool:
        """Whether `accepted` needs to be called for an acknowledged message."""
        return not self._retain_accepted

    def accepted(self, message: Outgoing) -> None:
        """Records that the broker acknowledged a message."""
        if self._trial is not None and message.topic == self._trial:
            self._trial = None
            self.log_once("retain", NO_RETAIN)
        elif message.retained and self.retain:
            self._retain_accepted = True

    def leaves_out(self, message: Outgoing, at: float) -> bool:
        """Returns whether a message must not be published at `at`, since it or one like it ended connections."""
        if not self._left_out:
            return False
        own = self._left_out.get(message.topic)
        if own is not None:
            if at >= own.until:
                return False  # tried once more
            if len(own.payloads) >= WHOLE_TOPIC or hash(message.payload) in own.payloads:
                return True
        return any(
            other.from_bytes is not None and len(message.payload) >= other.from_bytes and at < other.until
            for topic, other in self._left_out.items()
            if _related(topic, message.topic)
        )

    def leaves_out_filter(self, topic: str) -> bool:
        """Returns whether a filter is not to be subscribed to, since it ended the connection."""
        return topic in self._without

    def too_large(self, topic: str, size: int) -> None:
        """Records that the broker named a message too large."""
        self.largest = size - 1 if self.largest is None else min(self.largest, size - 1)
        self.refused_sizes[topic] = min(size, self.refused_sizes.get(topic, size))
        self.log_too_large(topic, size)

    def log_too_large(self, topic: str, size: int) -> None:
        """Logs a message that is larger than the broker takes, once for each topic."""
        self.log_once(
            f"large {_family(topic)}",
            f"left out: {topic} ({size} bytes) is larger than the broker takes; raise its limit for packets",
        )

    def forget(self) -> None:
        """Forgets all limits: the broker was away, or is another one, and everything is tried again."""
        self.retain, self.qos, self.wildcards, self.options = True, 1, True, True
        self.filters_a_packet, self.largest = FILTERS_A_PACKET, None
        self.careful = self.slow = self._retain_accepted = self._recurring = False
        self._earlier = set()
        self.refused_sizes = {}
        self._suspects, self._left_out, self._without = set(), {}, set()
        self._subscribe_ends, self._trial = 0, None

    def settled(self) -> None:
        """Ends the caution: a connection stands, with everything published on it. What is left out stays left out.

        If a message that is not repeated, an event or an answer, seems to end connections, only the next call ends the
        caution.
        """
        self._subscribe_ends = 0
        if not self._recurring:
            self.careful = False
            self._suspects.clear()
        self._recurring = False

    def learn(self, ended: Ended, at: float) -> bool:
        """Records the end of an attempt or a connection.

        Returns whether the next one will differ: more careful, or without the likely cause.
        """
        if ended.code is not None and self._learn_code(ended, ended.code):
            return True
        if ended.code in codes.INNOCENT or not ended.hung_up:
            return False
        if ended.filters:
            return self._learn_filters(ended.filters)
        if ended.unanswered:
            return self._learn_message(ended, at)
        if self.careful and len(self._left_out) + len(self._without) >= MANY:
            # It closes the connection with nothing on the way: what was left out was not the cause.
            self._left_out.clear()
            self._without.clear()
        return False

    def _learn_code(self, ended: Ended, code: int) -> bool:
        """Learns from a reason code that says by itself what the broker lacks. Returns whether it was such a code."""
        if code == codes.NO_RETAIN and self.retain:
            self.retain = False
            self.log_once("retain", NO_RETAIN)
            return True
        if code == codes.NO_QOS and self.qos:
            self.qos = 0
            self.log_once("qos", NO_QOS)
            return True
        if code == codes.NO_WILDCARDS and self.wildcards:
            self.wildcards = False
            return True
        if code in (codes.TOO_LARGE, codes.QUOTA_EXCEEDED) and ended.unanswered:
            largest = max(ended.unanswered, key=lambda one: one[1])
            if largest[1] >= LARGE and (code == codes.TOO_LARGE or self.slow):
                self.too_large(largest[0].topic, largest[1])
                return True
        if code in (codes.RATE_TOO_HIGH, codes.QUOTA_EXCEEDED) and not self.slow:
            self.slow = self.careful = True
            return True
        return False

    def _learn_filters(self, filters: Sequence[Filter]) -> bool:
        """Learns from an end during SUBSCRIBE, from the second one on.

        Returns whether the next SUBSCRIBE will differ.
        """
        self._subscribe_ends += 1
        if self._subscribe_ends < TWICE:
            return False
        if len(filters) > 1:
            self.filters_a_packet = 1
            return True
        if self.options:
            self.options = False
            self._subscribe_ends = 1
            return True
        topic = filters[0].topic
        self._without.add(topic)
        self._subscribe_ends = 1
        return True

    def _learn_message(self, ended: Ended, at: float) -> bool:
        """Learns from an end with unanswered messages: to send one at a time, then to leave the last one out.

        Returns True: the next connection always differs.
        """
        topics = {message.topic for message, _ in ended.unanswered}
        if not self.careful or len(ended.unanswered) > 1:
            self._recurring = not self.careful and not topics.isdisjoint(self._earlier)
            self._earlier |= topics
            self.careful = True
            self._suspects |= topics
            return True
        message, size = ended.unanswered[0]
        if message.topic not in self._suspects:
            self._suspects.add(message.topic)
            return True
        if message.retained and self.retain and not self._retain_accepted:
            self.retain, self._trial = False, message.topic
            return True
        if self._trial is not None:
            self.retain, self._trial = True, None
        self._leave_out(message, size, at)
        return True

    def _leave_out(self, message: Outgoing, size: int, at: float) -> None:
        """Leaves this payload out for an hour, each further time for twice as long, at most a day.

        Of a large one all larger.
        """
        own = self._left_out.get(message.topic)
        if own is None:
            own = self._left_out[message.topic] = _LeftOut(until=at + LEFT_OUT_S)
        elif at >= own.until:
            own.wait_s = min(2 * own.wait_s, LONGEST_S)
            own.until = at + own.wait_s
        own.payloads.add(hash(message.payload))
        self._earlier.clear()
        self._recurring = False
        cause = "it may not be allowed to publish there"
        if size >= LARGE:
            length = len(message.payload)
            own.from_bytes = length if own.from_bytes is None else min(own.from_bytes, length)
            self.refused_sizes.setdefault(message.topic, size)
            cause = "it may be too large for it, or not allowed there"
        self.log_once(
            f"out {message.topic}",
            f"left out: {message.topic} ({size} bytes): the broker closed the connection twice right after it was "
            f"sent; {cause}; tried again in an hour",
        )


def _related(topic: str, other: str) -> bool:
    """Returns whether two topics hold the same kind of message: pictures, descriptions, of the device and its parts."""
    return (
        _family(topic) == _family(other)
        or f"{topic}/".startswith(f"{other}/")
        or f"{other}/".startswith(f"{topic}/")
        or (topic.rpartition("/")[0] == other.rpartition("/")[0])
    )


def _family(topic: str) -> str:
    """Returns what is common to the topics of all descriptions for Home Assistant; of another topic the topic."""
    return topic.rsplit("/", 2)[0] if topic.endswith("/config") else topic
