"""Messages that ended connections and are therefore left out for a while; pure.

Instants are monotonic seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.mqtt.messages import Outgoing

LARGE = 4096
"""Bytes of a packet from which on its size is the likely cause of a refusal."""
WHOLE_TOPIC = 3
"""So many different payloads of one topic ended a connection: none of that topic is published."""
LEFT_OUT_S = 3600.0
LONGEST_S = 24 * 3600.0


@dataclass(slots=True, kw_only=True)
class _LeftOut:
    """Payloads of a topic that ended a connection; those of `from_bytes` and more are left out as well.

    `from_bytes` counts the payload alone, so that one picture on two topics has one size.
    """

    until: float
    wait_s: float = LEFT_OUT_S
    payloads: set[int] = field(default_factory=set)
    from_bytes: int | None = None


class LeftOutMessages:
    """Payloads that are left out, by topic."""

    def __init__(self) -> None:
        self._topics: dict[str, _LeftOut] = {}

    def __len__(self) -> int:
        """Returns the number of topics with a payload that was left out."""
        return len(self._topics)

    def add(self, message: Outgoing, size: int, at: float) -> None:
        """Leaves a payload out for an hour, each further time for twice as long, at most a day.

        Of a payload whose packet has `LARGE` bytes or more, all larger ones are left out too.
        """
        own = self._topics.get(message.topic)
        if own is None:
            own = self._topics[message.topic] = _LeftOut(until=at + LEFT_OUT_S)
        elif at >= own.until:
            own.wait_s = min(2 * own.wait_s, LONGEST_S)
            own.until = at + own.wait_s
        own.payloads.add(hash(message.payload))
        if size >= LARGE:
            length = len(message.payload)
            own.from_bytes = length if own.from_bytes is None else min(own.from_bytes, length)

    def has(self, message: Outgoing, at: float) -> bool:
        """Returns whether a message must not be published at `at`, since it or one like it ended connections."""
        if not self._topics:
            return False
        own = self._topics.get(message.topic)
        if own is not None:
            if at >= own.until:
                return False  # tried once more
            if len(own.payloads) >= WHOLE_TOPIC or hash(message.payload) in own.payloads:
                return True
        return any(
            other.from_bytes is not None and len(message.payload) >= other.from_bytes and at < other.until
            for topic, other in self._topics.items()
            if _related(topic, message.topic)
        )

    def clear(self) -> None:
        """Leaves nothing out any more."""
        self._topics.clear()


def _related(topic: str, other: str) -> bool:
    """Returns whether two topics hold the same kind of message: pictures, descriptions, of the device and its parts."""
    return (
        family(topic) == family(other)
        or f"{topic}/".startswith(f"{other}/")
        or f"{other}/".startswith(f"{topic}/")
        or (topic.rpartition("/")[0] == other.rpartition("/")[0])
    )


def family(topic: str) -> str:
    """Returns what is common to the topics of all descriptions for Home Assistant; of another topic the topic."""
    return topic.rsplit("/", 2)[0] if topic.endswith("/config") else topic
