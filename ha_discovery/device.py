"""The parts shared by all entities: the device, the origin of the description, availability."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from ha_discovery.checks import check_one_of, check_text, check_topic, check_url
from ha_discovery.errors import DiscoveryError

_DEVICE = "device"
_AVAILABILITY = "availability"
_PAGES = ("http", "https", "homeassistant")
_MODES = ("all", "any", "latest")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device, as its page in Home Assistant shows it.

    At least one identifier or connection, and a name: without it Home Assistant logs
    "needs to include a name" for each entity (`components/mqtt/entity.py`, 2026.11). An unknown
    key would reject the whole payload, so there are no others here (`components/mqtt/schemas.py`,
    MQTT_DEVICE_INFO_SCHEMA). `suggested_area` counts only when the device is made.
    """

    name: str
    identifiers: tuple[str, ...] = ()
    connections: tuple[tuple[str, str], ...] = ()
    manufacturer: str | None = None
    model: str | None = None
    model_id: str | None = None
    hw_version: str | None = None
    sw_version: str | None = None
    serial_number: str | None = None
    via_device: str | None = None
    suggested_area: str | None = None
    configuration_url: str | None = None

    def __post_init__(self) -> None:
        """Raises `DiscoveryError` for values that Home Assistant would refuse or complain about."""
        if not self.identifiers and not self.connections:
            raise DiscoveryError(_DEVICE, "identifiers", "needs an identifier or a connection")
        for identifier in self.identifiers:
            check_text("device", "identifiers", identifier)
        for connection in self.connections:
            for part in connection:
                check_text("device", "connections", part)
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in ("identifiers", "connections"):
                check_text("device", field.name, value)
        check_url("device", "configuration_url", self.configuration_url, schemes=_PAGES)

    def config(self) -> dict[str, Any]:
        """Returns the `device` part of a payload; fields that are None or empty are left out."""
        keys = {field.name: getattr(self, field.name) for field in fields(self)}
        keys["identifiers"] = list(self.identifiers) or None
        keys["connections"] = [list(connection) for connection in self.connections] or None
        return {key: value for key, value in keys.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The program that describes the device; Home Assistant puts it into its log.

    Required in a device payload; an unknown key rejects all of it (`components/mqtt/schemas.py`,
    MQTT_ORIGIN_INFO_SCHEMA).
    """

    name: str
    sw_version: str | None = None
    support_url: str | None = None

    def __post_init__(self) -> None:
        """Raises `DiscoveryError` for values that Home Assistant would refuse."""
        check_text("origin", "name", self.name)
        check_text("origin", "sw_version", self.sw_version)
        check_url("origin", "support_url", self.support_url, schemes=_PAGES)

    def config(self) -> dict[str, Any]:
        """Returns the `origin` part of a payload; fields that are None are left out."""
        keys = {"name": self.name, "sw_version": self.sw_version, "support_url": self.support_url}
        return {key: value for key, value in keys.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """Topics with `online` or `offline`, and the rule for several of them.

    Until each topic (mode `all`), or one topic, has a message, entities are unavailable: retain them.
    A topic listed twice counts once, so it is refused here. Home Assistant's own
    default mode is `latest`, which with several topics is seldom meant
    (`components/mqtt/entity.py`, MqttAvailabilityMixin, 2026.11).
    """

    topics: tuple[str, ...]
    mode: str = "all"
    payload_available: str | None = None
    payload_not_available: str | None = None

    def __post_init__(self) -> None:
        """Raises `DiscoveryError` for values that Home Assistant would refuse, and for topics that do not count."""
        if not self.topics:
            raise DiscoveryError(_AVAILABILITY, "topics", "must not be empty")
        if len(set(self.topics)) != len(self.topics):
            raise DiscoveryError(_AVAILABILITY, "topics", "must differ: one that stands twice counts once")
        for topic in self.topics:
            check_topic("availability", "topic", topic, wildcards=True)
        check_one_of("availability", "mode", self.mode, _MODES)
        if (self.payload_available or "online") == (self.payload_not_available or "offline"):
            raise DiscoveryError(_AVAILABILITY, "payload_available", "must differ from payload_not_available")

    def config(self) -> dict[str, Any]:
        """Returns the keys of availability, for an entity's component or the top of a device payload."""
        payloads = {
            "payload_available": self.payload_available,
            "payload_not_available": self.payload_not_available,
        }
        keys = {key: payload for key, payload in payloads.items() if payload is not None}
        return {
            "availability": [{"topic": topic, **keys} for topic in self.topics],
            "availability_mode": self.mode,
        }
