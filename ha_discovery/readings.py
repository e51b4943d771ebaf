"""Entities without a command: binary sensor, sensor, event, image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ha_discovery.checks import check_one_of, check_options, check_seconds, check_text
from ha_discovery.entity import Entity
from ha_discovery.errors import DiscoveryError
from ha_discovery.vocabulary import (
    BINARY_SENSOR_CLASSES,
    CLASS_STATE_CLASSES,
    CLASS_UNITS,
    EVENT_CLASSES,
    NON_NUMERIC_CLASSES,
    SENSOR_CLASSES,
    STATE_CLASSES,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BinarySensor(Entity):
    """On or off. The payload `None` means unknown, an empty one is ignored.

    Any other payload that is neither of the two is logged ("No matching payload found",
    `components/mqtt/binary_sensor.py`). `expire_after` and `off_delay` are in seconds.
    """

    platform: ClassVar[str] = "binary_sensor"
    categories: ClassVar[frozenset[str]] = frozenset({"diagnostic"})

    state_topic: str
    value_template: str | None = None
    device_class: str | None = None
    payload_on: str | None = None
    payload_off: str | None = None
    expire_after: int | None = None
    off_delay: int | None = None
    force_update: bool | None = None

    def check(self) -> None:
        """Raises `DiscoveryError` for an unknown device class, payloads that do not differ, or negative seconds."""
        check_one_of(self.unique_id, "device_class", self.device_class, BINARY_SENSOR_CLASSES)
        on, off = self.payload_on or "ON", self.payload_off or "OFF"
        if on == off:
            raise DiscoveryError(self.unique_id, "payload_off", "must differ from payload_on")
        check_seconds(self.unique_id, "expire_after", self.expire_after)
        check_seconds(self.unique_id, "off_delay", self.off_delay)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor(Entity):
    """A number, a text, a time or one of several words. The payload `None` means unknown.

    With a unit, a state class, a precision or a numeric device class a number is expected, and a
    payload that is none sticks and breaks the next update of the discovery. A timestamp needs
    its zone. Rules: `components/mqtt/sensor.py`, validate_sensor_state_and_device_class_config
    (refused), and `components/sensor/entity.py`, state (logged or raised at the first state).
    `expire_after` is in seconds.
    """

    platform: ClassVar[str] = "sensor"
    categories: ClassVar[frozenset[str]] = frozenset({"diagnostic"})

    state_topic: str
    value_template: str | None = None
    device_class: str | None = None
    state_class: str | None = None
    unit_of_measurement: str | None = None
    suggested_display_precision: int | None = None
    options: tuple[str, ...] | None = None
    expire_after: int | None = None
    force_update: bool | None = None

    def check(self) -> None:
        """Raises `DiscoveryError` for an invalid device class, state class, unit, option, or combination of them."""
        check_one_of(self.unique_id, "device_class", self.device_class, SENSOR_CLASSES)
        check_one_of(self.unique_id, "state_class", self.state_class, STATE_CLASSES)
        check_text(self.unique_id, "unit_of_measurement", self.unit_of_measurement)
        check_seconds(self.unique_id, "expire_after", self.expire_after)
        check_seconds(self.unique_id, "suggested_display_precision", self.suggested_display_precision)
        if (self.device_class == "enum") != (self.options is not None):
            raise DiscoveryError(self.unique_id, "options", "go with device class enum, and it with them")
        if self.options is not None:
            check_options(self.unique_id, "options", self.options, reserved="none")
        if self.device_class in NON_NUMERIC_CLASSES:
            for key in ("state_class", "unit_of_measurement", "suggested_display_precision"):
                if getattr(self, key) is not None:
                    raise DiscoveryError(self.unique_id, key, f"does not go with device class {self.device_class}")
        self._check_state_class()
        check_unit(self.unique_id, self.device_class, self.unit_of_measurement)

    def _check_state_class(self) -> None:
        """Raises `DiscoveryError` if state class and device class, or unit, do not go together."""
        if self.state_class is None:
            return
        if self.device_class is not None:
            check_one_of(self.unique_id, "state_class", self.state_class, CLASS_STATE_CLASSES[self.device_class])
        if self.state_class == "measurement_angle" and self.unit_of_measurement != "°":
            raise DiscoveryError(self.unique_id, "unit_of_measurement", "must be ° for a measurement_angle")


def check_unit(unique_id: str, device_class: str | None, unit: str | None) -> None:
    """Raises `DiscoveryError` for a unit that the class does not allow; without a class any unit is allowed."""
    if device_class in CLASS_UNITS and (unit or "") not in CLASS_UNITS[device_class]:
        allowed = " ".join(sorted(CLASS_UNITS[device_class])) or "none"
        raise DiscoveryError(unique_id, "unit_of_measurement", f"must for {device_class} be one of: {allowed}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Entity):
    """An event: a JSON object with `event_type`; its other keys become attributes.

    Retained messages are ignored, an unknown type is logged (`components/mqtt/event.py`). A
    device class `null` is refused, so None leaves it out. A doorbell needs the type `ring`
    (`components/event/entity.py`, a warning in 2026.11, an error from 2027.4).
    """

    platform: ClassVar[str] = "event"

    state_topic: str
    event_types: tuple[str, ...]
    value_template: str | None = None
    device_class: str | None = None

    def check(self) -> None:
        """Raises `DiscoveryError` for invalid types or device class, or a doorbell without the type `ring`."""
        check_options(self.unique_id, "event_types", self.event_types)
        check_one_of(self.unique_id, "device_class", self.device_class, EVENT_CLASSES)
        if self.device_class == "doorbell" and "ring" not in self.event_types:
            raise DiscoveryError(self.unique_id, "event_types", "must hold ring for a doorbell")


@dataclass(frozen=True, slots=True, kw_only=True)
class Image(Entity):
    """A picture: its bytes on `image_topic`, or its address on `url_topic`.

    Bytes are raw unless `image_encoding` is `b64`. Exactly one topic, and `content_type` only
    with bytes (`components/mqtt/image.py`, validate_topic_required).
    """

    platform: ClassVar[str] = "image"

    image_topic: str | None = None
    content_type: str | None = None
    image_encoding: str | None = None
    url_topic: str | None = None
    url_template: str | None = None

    def check(self) -> None:
        """Raises `DiscoveryError` unless there is exactly one topic, with fields that go with it."""
        if (self.image_topic is None) == (self.url_topic is None):
            raise DiscoveryError(self.unique_id, "image_topic", "needs either image_topic or url_topic")
        if self.url_topic is not None and self.content_type is not None:
            raise DiscoveryError(self.unique_id, "content_type", "does not go with url_topic")
        if self.url_topic is None and self.url_template is not None:
            raise DiscoveryError(self.unique_id, "url_template", "goes with url_topic")
        check_one_of(self.unique_id, "image_encoding", self.image_encoding, ("b64", "raw"))
