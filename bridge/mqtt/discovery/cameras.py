"""The one entity of a camera that speaks ONVIF (`mqtt.md` 4)."""

from __future__ import annotations

from bridge.mqtt.discovery.row import DIAGNOSTIC, CameraPart, CommonFields, Row
from ha_discovery import BinarySensor, Entity


def _connection(part: CameraPart, common: CommonFields) -> Entity:
    return BinarySensor(
        **common,
        device_class="connectivity",
        state_topic=part.topics.camera_availability(part.camera),
        payload_on="online",
        payload_off="offline",
    )


CAMERA_ROWS: tuple[Row[CameraPart], ...] = (
    Row(what="connection", name="connection", make=_connection, category=DIAGNOSTIC),
)
