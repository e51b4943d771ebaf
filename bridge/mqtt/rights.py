"""Rights that this client has on the broker, found by publishing and reading back (`mqtt.md` 3); pure.

Some brokers grant a subscription and deliver nothing, and 3.1.1 acknowledges what it drops: only a message that
comes back proves anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.topics import Topics

MANY = 3
"""So many topics below `<d>` that are refused mean that the whole is."""


class BrokerRights:
    """The rights found on one connection: `begin`, then each answer and message; `problem` names what is missing."""

    def __init__(self) -> None:
        self.read_back = False
        """Whether a message from below `<d>` has come."""
        self.written: bool | None = None
        """Whether the broker took `online`; None before its answer."""
        self._gives_reasons = True
        self._refused: dict[str, tuple[int, str]] = {}

    def begin(self, *, gives_reasons: bool) -> None:
        """Forgets the last connection's findings.

        `gives_reasons`: acknowledgements say whether a message was taken (MQTT 5).
        """
        self.ask()
        self._gives_reasons = gives_reasons
        self._refused = {}

    def ask(self) -> None:
        """Forgets whether both rights are there; the caller publishes `online` once more."""
        self.read_back, self.written = False, None

    @property
    def proven(self) -> bool:
        """Whether both rights are there, or the right to publish is known to be missing."""
        return self.written is False or (self.read_back and self.written is True)

    def heard(self) -> None:
        """Records that a message from below `<d>` has come."""
        self.read_back = True

    def refused(self, topic: str, code: int, words: str) -> bool:
        """Records that the broker refused a message. Returns whether this topic was not refused before."""
        new = topic not in self._refused
        self._refused[topic] = (code, words)
        return new

    def taken(self, topic: str) -> None:
        """Records that the broker took a message on a topic."""
        self._refused.pop(topic, None)

    @property
    def refused_topics(self) -> tuple[str, ...]:
        """Topics whose last message was refused."""
        return tuple(self._refused)

    def missing(self, topics: Topics, filters: Mapping[str, str]) -> frozenset[str]:
        """Returns a name for each missing right: a topic that may not be published, or `read` and a topic.

        `<d>/#` stands for a device of which nothing may be published. `filters` are the refused ones, with the reason.
        """
        whole = f"{topics.device}/#"
        refused = {whole if topic.startswith(f"{topics.device}/") else topic for topic in self._refused}
        own = [topic for topic in self._refused if topic.startswith(f"{topics.device}/")]
        named = refused if self._is_whole(topics, own) else set(self._refused)
        unread = [f"read {topic}" for topic in (*filters, *([whole] if self._reading(topics, {}) else []))]
        return frozenset((*named, *unread))

    def problem(self, topics: Topics, user: str | None, filters: Mapping[str, str]) -> str | None:
        """Returns the missing rights as a sentence for a person, or None if none is missing.

        `filters` are the refused ones, with the reason.
        """
        missing = [*self._publishing(topics), *self._reading(topics, filters)]
        if not missing:
            return None
        who = f"user {user}" if user else "this client"
        return (
            f"{who} {'; '.join(missing)}. Change the broker's rights or settings; asked again every minute, no restart "
            "is needed"
        )

    @staticmethod
    def _is_whole(topics: Topics, own: list[str]) -> bool:
        """Whether refusals of these topics below `<d>` mean that nothing may be published there."""
        return topics.availability in own or len(own) >= MANY

    def _publishing(self, topics: Topics) -> list[str]:
        """Returns the missing rights to publish, in words; a whole device as one."""
        own = [topic for topic in self._refused if topic.startswith(f"{topics.device}/")]
        whole = self._is_whole(topics, own)
        found = []
        if whole:
            words = self._refused.get(topics.availability, self._refused[own[0]])[1]
            found.append(f"may not publish on {topics.device}/#: states and answers are not heard ({words})")
        described = [topic for topic in self._refused if topics.is_description(topic)]
        for topic, (code, words) in self._refused.items():
            if (topic in own and whole) or topic in described[1:]:
                continue
            may_not = "may not publish on" if code == codes.NOT_AUTHORIZED else "cannot publish on"
            found.append(f"{may_not} {topic}{_beside(topic, described)} ({words})")
        return found

    def _reading(self, topics: Topics, filters: Mapping[str, str]) -> list[str]:
        described = [topic for topic in filters if topics.is_description(topic)]
        found = [
            f"may not subscribe to {topic}{_beside(topic, described)} ({words})"
            for topic, words in filters.items()
            if topic not in described[1:]
        ]
        if self.read_back or topics.availability in self._refused or topics.availability in filters:
            return found
        if not self.written:
            return found
        if self._gives_reasons:
            return [f"may not read {topics.device}/#: commands will not be heard", *found]
        either = f"may not read or may not publish on {topics.device}/#"
        return [f"{either}: what is published there does not come back, so commands will not be heard", *found]


def _beside(topic: str, described: list[str]) -> str:
    """Returns words for the other descriptions of which the same is true; there may be hundreds."""
    return f" and {len(described) - 1} more beside it" if topic in described[:1] and described[1:] else ""
