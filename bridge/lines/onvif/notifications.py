"""Events as a camera sends them: their topic, source, values, and whether they are news (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from bridge.lines.onvif.requests import instant_of
from bridge.lines.onvif.topics import plain_topic
from bridge.lines.onvif.xml_tree import below, each_below, local

STATE: Final = "Initialized"
DELETED: Final = "Deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One message. `operation` is ONVIF's word; `Changed` where it has none, as an event without a state has."""

    topic: str
    """The topic without prefixes, such as Device/Trigger/DigitalInput."""
    source: Mapping[str, str]
    data: Mapping[str, str]
    operation: str = "Changed"
    time: datetime | None = None

    @property
    def instance(self) -> tuple[str, ...]:
        """The property's key: its topic, and what it is a property of."""
        return (self.topic, *(f"{name}={value}" for name, value in sorted(self.source.items())))


def notifications_in(found: Element) -> list[Notification]:
    """Returns the messages of an answer, in their order; those without a topic are left out."""
    return [made for each in each_below(found, "NotificationMessage") if (made := _notification(each)) is not None]


def _notification(element: Element) -> Notification | None:
    """Returns one message; None without a topic."""
    topic = below(element, "Topic")
    message = below(element, "Message", "Message")
    if topic is None or message is None or not (path := plain_topic(topic.text or "")):
        return None
    return Notification(
        topic=path,
        source=_items(message, "Source") | _items(message, "Key"),
        data=_items(message, "Data"),
        operation=message.get("PropertyOperation") or "Changed",
        time=instant_of(message.get("UtcTime")),
    )


def _items(message: Element, part: str) -> dict[str, str]:
    """Returns the simple items of a part by their names."""
    found = below(message, part)
    if found is None:
        return {}
    return {each.get("Name", ""): each.get("Value", "") for each in found if local(each) == "SimpleItem"}
