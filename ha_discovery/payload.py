"""Payloads of descriptions: a device's own, and those that remove it or parts of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ha_discovery.checks import check_one_of, check_topic
from ha_discovery.device import Availability, Device, Origin
from ha_discovery.entity import Entity
from ha_discovery.errors import DiscoveryError
from ha_discovery.triggers import DeviceTrigger
from ha_discovery.vocabulary import PLATFORMS

_DEVICE = "device"
_TOPIC_ID = re.compile(r"[a-zA-Z0-9_-]+")

DEVICE_REMOVAL = b""
"""Payload that removes the device, retained on its topic. A second one logs a warning."""
MIGRATION = b'{"migrate_discovery":true}'
"""Payload that unloads the components of a topic and keeps everything in the registries.

Each of them may then be described on another topic, or on the same one again. A device that is not known ignores it
(`components/mqtt/discovery.py`, async_process_discovery_migration).
"""

Component = Entity | DeviceTrigger


def device_topic(prefix: str, device_id: str) -> str:
    """Returns the topic on which a device's payload is published, retained.

    Raises `DiscoveryError` if `prefix` is no topic, or `device_id` does not match `[a-zA-Z0-9_-]`
    (`components/mqtt/discovery.py`, TOPIC_MATCHER).
    """
    check_topic("device", "prefix", prefix, wildcards=False)
    if not _TOPIC_ID.fullmatch(device_id):
        raise DiscoveryError(_DEVICE, "topic", f"{device_id!r} must match [a-zA-Z0-9_-]")
    return f"{prefix}/device/{device_id}/config"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """A device with all its entities and triggers, each under a key of its own.

    Keys match `[a-zA-Z0-9_-]`: Home Assistant joins them to the device's id with a space. A
    unique id may occur once in a platform. `availability` and `qos` hold for every entity without
    its own (`components/mqtt/schemas.py`, SHARED_OPTIONS); `qos` also for commands.
    """

    device: Device
    origin: Origin
    components: Mapping[str, Component]
    availability: Availability | None = None
    qos: int | None = None

    def __post_init__(self) -> None:
        """Raises `DiscoveryError` for invalid keys, unique ids that occur twice, no component, or an invalid `qos`."""
        seen: dict[tuple[str, str], str] = {}
        for key, entity in self.components.items():
            check_key(key)
            if isinstance(entity, DeviceTrigger):
                continue
            other = seen.setdefault((entity.platform, entity.unique_id), key)
            if other != key:
                raise DiscoveryError(key, "unique_id", f"{entity.unique_id!r} is that of {other} too")
        if not self.components:
            raise DiscoveryError(_DEVICE, "components", "must not be empty")
        if self.qos not in (None, 0, 1, 2):
            raise DiscoveryError(_DEVICE, "qos", f"{self.qos} is not 0, 1 or 2")


def check_key(key: str) -> None:
    """Raises `DiscoveryError` for a component key that does not match `[a-zA-Z0-9_-]`."""
    if not _TOPIC_ID.fullmatch(key):
        raise DiscoveryError(repr(key), "components", "a key must match [a-zA-Z0-9_-]")


def device_payload(discovery: Discovery) -> dict[str, Any]:
    """Returns the payload that creates or updates the device. A component that is left out stays as it is."""
    shared: dict[str, Any] = discovery.availability.config() if discovery.availability else {}
    if discovery.qos is not None:
        shared["qos"] = discovery.qos
    return {
        "device": discovery.device.config(),
        "origin": discovery.origin.config(),
        **shared,
        "components": {key: component.config() for key, component in discovery.components.items()},
    }


def removal_payload(device: Device, origin: Origin, gone: Mapping[str, str]) -> dict[str, Any]:
    """Returns the payload that removes the components `gone`: key → platform, nothing else.

    It names no other component on purpose. While Home Assistant still works on a component, a later payload that holds
    the same one is put off from there on and what follows in it is dropped (`components/mqtt/discovery.py`,
    async_discovery_message_received, 2026.11). With only the removed ones in it, the complete payload can follow at
    once. Raises `DiscoveryError` for an invalid key, an unknown platform, or nothing in `gone`.
    """
    for key, platform in gone.items():
        check_key(key)
        check_one_of(key, "platform", platform, PLATFORMS)
    if not gone:
        raise DiscoveryError(_DEVICE, "components", "must not be empty")
    return {
        "device": device.config(),
        "origin": origin.config(),
        "components": {key: {"platform": platform} for key, platform in gone.items()},
    }


def encode(payload: Mapping[str, Any]) -> bytes:
    """Returns a payload as bytes to publish: JSON in UTF-8, the same for the same descriptions."""
    return json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
