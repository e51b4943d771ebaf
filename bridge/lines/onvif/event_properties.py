"""The events that a camera says it has, and the words that stand for them (pure; Core 9.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from bridge.lines.onvif.topics import DIGITAL_INPUTS, RELAY, RULES
from bridge.lines.onvif.xml_tree import below, each_below, local


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedEvent:
    """One event: a word of `onvif_event`, or else a topic and the item that is a truth, None if none is.

    `has_end`: the camera also says when it is over.
    """

    event: str | None = None
    topic: str
    item: str | None = None
    has_end: bool


def events_in(found: Element) -> list[OfferedEvent]:
    """Returns the events of an answer, in the camera's order, each word and each topic once.

    Alarm inputs and relays are left out: they are lines of their own.
    """
    topics = next(iter(each_below(found, "TopicSet")), None)
    offered: dict[str, OfferedEvent] = {}
    for topic, description in () if topics is None else _described(topics, ""):
        if topic in DIGITAL_INPUTS or topic == RELAY:
            continue
        for each in _offered(topic, description):
            offered.setdefault(each.event or each.topic, each)
    return list(offered.values())


def _described(element: Element, path: str) -> Iterator[tuple[str, Element]]:
    """Yields each topic below an element with the description of its message."""
    for child in element:
        if local(child) == "MessageDescription":
            yield path, child
        else:
            yield from _described(child, f"{path}/{local(child)}".lstrip("/"))


def _offered(topic: str, description: Element) -> Iterator[OfferedEvent]:
    items = below(description, "Data")
    types = {} if items is None else {each.get("Name", ""): each.get("Type", "") for each in items}
    is_property = description.get("IsProperty", "").lower() in ("true", "1")
    rules = [
        (word, rule)
        for word, each in RULES.items()
        for rule in each
        if rule.topic == topic and (rule.item is None or rule.item in types)
    ]
    for word, rule in rules:
        yield OfferedEvent(event=word, topic=topic, has_end=not rule.is_moment)
    if not rules:
        truths = [name for name, kind in types.items() if kind.rpartition(":")[2] == "boolean"]
        item = next(iter(truths), None)
        yield OfferedEvent(topic=topic, item=item, has_end=is_property and item is not None)
