"""Limits of a broker, as they turned out: what it does not offer or not take (`mqtt.md` 3).

A broker that closes the connection because of a message gets that message again at the next one, and so
for ever. The ends of connections are therefore remembered here. After the first end that a message may
have caused, messages go out one at a time, so that the next end names its cause; a message that ended the
connection twice is left out, for an hour at first, since an owner may mend the broker.

Pure; instants are monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.left_out import LARGE, LeftOutMessages, family
from bridge.mqtt.connection.session_types import Ended, Filter
from bridge.mqtt.messages import Outgoing

FILTERS_A_PACKET = 8
"""AWS IoT Core takes no more in one SUBSCRIBE, and closes the connection."""
TWICE = 2
MANY = 3
"""So many topics were left out, and still the connection ends: they are tried again."""
SLOW_GAP_S = 0.1
"""Ten messages a second, for a broker that gave its limit as the reason of an end."""
CAREFUL_GAP_S = 0.02
"""At most 50 messages a second; AWS IoT Core takes 100."""
NO_RETAIN = (
    "the broker keeps no retained messages: states and Home Assistant's description are published without, "
    "and again when Home Assistant starts; whatever connects later sees a state at its next change"
)
NO_QOS = "the broker takes no messages at QoS 1: everything is published at QoS 0, and a message may be lost"


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
        self.hasty = False
        """Whether a connection ended after many messages in a moment: the next ones begin carefully."""
        self._warn = warn
        self._logged: set[str] = set()
        self._suspects: set[str] = set()
        self._earlier: set[str] = set()
        """Topics that waited for an answer at an end before the last connection that stood."""
        self._recurring = False
        self._left_out = LeftOutMessages()
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
    def gap_s(self) -> float:
        """Seconds between an acknowledgement and the next message.

        Messages that go out one at a time are spread too: else a limit of their rate would look like a message that
        is not taken.
        """
        if self.slow:
            return SLOW_GAP_S
        return CAREFUL_GAP_S if self.careful else 0.0

    def begin(self) -> None:
        """A connection begins; where many messages at once ended one, its announcement is spread."""
        self.careful = self.careful or self.hasty

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
        return self._left_out.has(message, at)

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
            f"large {family(topic)}",
            f"left out: {topic} ({size} bytes) is larger than the broker takes; raise its limit for packets",
        )

    def forget(self) -> None:
        """Forgets all limits: the broker was away, or is another one, and everything is tried again."""
        self.retain, self.qos, self.wildcards, self.options = True, 1, True, True
        self.filters_a_packet, self.largest = FILTERS_A_PACKET, None
        self.careful = self.slow = self.hasty = self._retain_accepted = self._recurring = False
        self._earlier = set()
        self.refused_sizes = {}
        self._left_out.clear()
        self._suspects, self._without = set(), set()
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
        if code in codes.TOO_MANY and not self.slow:
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
        self.hasty = self.hasty or (ended.hasty and not self.careful)
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
        self._left_out.add(message, size, at)
        self._earlier.clear()
        self._recurring = False
        cause = "it may not be allowed to publish there"
        if size >= LARGE:
            self.refused_sizes.setdefault(message.topic, size)
            cause = "it may be too large for it, or not allowed there"
        self.log_once(
            f"out {message.topic}",
            f"left out: {message.topic} ({size} bytes): the broker closed the connection twice right after it was "
            f"sent; {cause}; tried again in an hour",
        )
