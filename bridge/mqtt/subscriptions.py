"""The subscriptions of the bridge, by wildcard or by name, as the broker takes them (`mqtt.md` 2 and 3)."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.core.definitions.settings import Settings
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Ended, Filter
from bridge.mqtt.topics import Topics

LARGEST_OLD_DESCRIPTION = 4 * 1024 * 1024
"""Bytes of an own description that are read: one in the form of earlier releases had 347 kB with 16 + 16 terminals."""


class Subscriptions:
    """Subscribes on one session; `by_name` is True once the broker has refused wildcards."""

    def __init__(self, session: Session) -> None:
        self.by_name = not session.wildcards
        self._session = session
        self._described: set[str] = set()

    async def descriptions(self, topics: Iterable[str]) -> Ended | None:
        """Subscribes to those of these topics that it has not subscribed to yet. Returns None, or the session's end.

        Retained descriptions have come once the next subscriptions are answered: at QoS 0 none waits for
        acknowledgements. By name, since some brokers send nothing retained to a wildcard.
        """
        new = [topic for topic in topics if topic not in self._described]
        self._described.update(new)
        return await self._session.subscribe(
            [Filter(topic=one, qos=0, flag_retained=False, largest_kept=LARGEST_OLD_DESCRIPTION) for one in new]
        )

    async def all_others(self, topics: Topics, settings: Settings) -> Ended | None:
        """Subscribes to commands, the own availability and Home Assistant's birth message.

        Returns None, or the session's end. A wildcard that is refused is replaced by the names that it stands for.
        """
        filters = [
            Filter(topic=topics.availability, own_too=True),
            Filter(topic=topics.birth, flag_retained=False),
        ]
        if self.by_name:
            return await self._session.subscribe([*_by_name(topics, settings), *filters])
        ended = await self._session.subscribe([*(Filter(topic=one) for one in topics.command_filters()), *filters])
        refused = [one for one in self._session.refused_filters if "+" in one]
        if ended is not None or not refused:
            return ended
        named = {one.topic: one for one in _by_name(topics, settings)}
        # Some brokers refuse a SUBSCRIBE as a whole: filters that stood beside a wildcard are asked for again too.
        beside = [one for one in filters if one.topic in self._session.refused_filters]
        meant = [one for topic, one in named.items() if any(_stands_for(wildcard, topic) for wildcard in refused)]
        ended = await self._session.subscribe([*meant, *beside])
        found = self._session.refused_filters
        missing = [topic for topic in named if found.pop(topic, None) is not None]
        for wildcard in refused:
            if not any(_stands_for(wildcard, topic) for topic in missing):
                found.pop(wildcard, None)
                self.by_name = True
        return ended


def _by_name(topics: Topics, settings: Settings) -> list[Filter]:
    return [Filter(topic=one) for one in topics.exact_command_filters(settings)]


def _stands_for(wildcard: str, topic: str) -> bool:
    """Returns whether a filter with `+` matches a topic."""
    wanted, found = wildcard.split("/"), topic.split("/")
    return len(wanted) == len(found) and all(a in ("+", b) for a, b in zip(wanted, found, strict=True))
