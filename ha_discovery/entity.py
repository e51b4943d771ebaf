"""The fields of every entity."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from ha_discovery.checks import check_one_of, check_text, check_topic
from ha_discovery.device import Availability
from ha_discovery.errors import DiscoveryError
from ha_discovery.vocabulary import ENTITY_CATEGORIES

_ENTITY = "entity"
_UNIQUE_ID = re.compile(r"[^\s\x00-\x1f\x7f]+")
_OBJECT_ID = re.compile(r"[a-z0-9_]+")
_ICON = re.compile(r"[a-z0-9_-]+:[a-z0-9_-]+")
_TOPICS_PUBLISHED_TO = frozenset({"command_topic"})
_SEPARATE = frozenset({"unique_id", "name", "object_id", "availability"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity(ABC):
    """One entity. Fields are named as in the payload; None means that the key is left out.

    unique_id
        Never changes while the entity lives; counts with its platform. No spaces.
    name
        Home Assistant shows "<device name> <name>" and never shortens it. None is sent as null:
        the entity then has the device's name alone.
    object_id
        The desired entity id after the dot, `[a-z0-9_]`; Home Assistant would convert
        anything else. It counts only when the entity is created. It is sent
        twice: as `default_entity_id` with its domain for releases since 2025.10, and as
        `object_id` for older ones; each ignores the other's without a word. Without its domain a
        `default_entity_id` makes `sensor.unnamed_device`.
    icon
        `prefix:name`, such as `mdi:bell`; a device class has its own.
    entity_category
        `config` or `diagnostic`; None for entities of daily use. Sensors and binary
        sensors cannot be `config` (`helpers/entity.py` through `components/mqtt/util.py`,
        entity_category_without_config).
    availability
        Replaces the device's availability as a whole.
    json_attributes_topic
        A JSON object whose keys become attributes, except names of the entity's own.
    """

    platform: ClassVar[str]
    categories: ClassVar[frozenset[str]] = ENTITY_CATEGORIES

    unique_id: str
    name: str | None
    object_id: str | None = None
    icon: str | None = None
    entity_category: str | None = None
    enabled_by_default: bool | None = None
    availability: Availability | None = None
    qos: int | None = None
    json_attributes_topic: str | None = None
    json_attributes_template: str | None = None

    def __post_init__(self) -> None:
        """Raises `DiscoveryError` for values that Home Assistant would refuse, drop or complain about."""
        if not _UNIQUE_ID.fullmatch(self.unique_id):
            raise DiscoveryError(_ENTITY, "unique_id", f"{self.unique_id!r} must not be empty or hold spaces")
        check_text(self.unique_id, "name", self.name)
        if self.object_id is not None and not _OBJECT_ID.fullmatch(self.object_id):
            raise DiscoveryError(self.unique_id, "object_id", f"{self.object_id!r} must match [a-z0-9_]")
        if self.icon is not None and not _ICON.fullmatch(self.icon):
            raise DiscoveryError(self.unique_id, "icon", f"{self.icon!r} must be prefix:name")
        check_one_of(self.unique_id, "entity_category", self.entity_category, self.categories)
        if self.qos not in (None, 0, 1, 2):
            raise DiscoveryError(self.unique_id, "qos", f"{self.qos} is not 0, 1 or 2")
        for field in fields(self):
            if field.name.endswith("_topic"):
                topic = getattr(self, field.name)
                check_topic(self.unique_id, field.name, topic, wildcards=field.name not in _TOPICS_PUBLISHED_TO)
        self.check()

    @abstractmethod
    def check(self) -> None:
        """Raises `DiscoveryError` for values that are wrong for this kind of entity only."""

    def config(self) -> dict[str, Any]:
        """Returns the entity as a component of a device payload; fields that are None are left out, except `name`."""
        keys: dict[str, Any] = {"platform": self.platform, "unique_id": self.unique_id, "name": self.name}
        if self.object_id is not None:
            keys |= {"object_id": self.object_id, "default_entity_id": f"{self.platform}.{self.object_id}"}
        for field in fields(self):
            value = getattr(self, field.name)
            if value is not None and field.name not in _SEPARATE:
                keys[field.name] = list(value) if isinstance(value, tuple) else value
        return keys | (self.availability.config() if self.availability else {})
