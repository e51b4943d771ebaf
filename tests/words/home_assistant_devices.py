"""What Home Assistant has of one bridge: its device, and those of its terminals behind it."""

from __future__ import annotations

from typing import Any

from programs.mqtt_client import MqttClient, retained

DESCRIPTIONS = "homeassistant/device/#"


def devices(ha: Any, device_id: str) -> dict[str, dict[str, Any]]:
    """Identifier → device, of the bridge and of its terminals."""
    found = {}
    for device in ha.devices():
        for _, identifier in device["identifiers"]:
            if identifier == device_id or identifier.startswith(f"{device_id}_"):
                found[identifier] = device
    return found


def registered(ha: Any, device_id: str) -> dict[str, dict[str, Any]]:
    """Unique id → entry of the entity registry, of all devices of the bridge."""
    own = {device["id"] for device in devices(ha, device_id).values()}
    return {one["unique_id"]: one for one in ha.entities() if one["device_id"] in own}


def areas(ha: Any, device_id: str) -> dict[str, str | None]:
    """Identifier → name of the area, of all devices of the bridge."""
    names = {one["area_id"]: one["name"] for one in ha.ws("config/area_registry/list")}
    return {identifier: names.get(device["area_id"]) for identifier, device in devices(ha, device_id).items()}


def enable(ha: Any, *entity_ids: str) -> None:
    """A person enables entities on the device's page; Home Assistant takes some seconds."""
    for entity_id in entity_ids:
        ha.ws("config/entity_registry/update", entity_id=entity_id, disabled_by=None)


def left_nothing(ha: Any, port: int, device_id: str) -> None:
    """Clears what the bridge left on the broker, and waits until its devices are gone."""
    with MqttClient(port) as client:
        for topic in retained(port, f"alarm2mqtt/{device_id}/#", DESCRIPTIONS):
            client.publish(topic, b"", retain=True)
    ha.wait(lambda: not devices(ha, device_id), label="devices removed")
