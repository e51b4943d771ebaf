"""Entities that do something: switch, siren, button, notify."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ha_discovery.checks import check_one_of, check_options
from ha_discovery.entity import Entity
from ha_discovery.errors import DiscoveryError
from ha_discovery.vocabulary import BUTTON_CLASSES, SWITCH_CLASSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch(Entity):
    """On and off. With a state topic its state is that topic's, never its own commands'.

    `state_on` and `state_off` are the state topic's payloads, by default those of the command. The
    payload `None` means unknown; any other is ignored (`components/mqtt/switch.py`).
    """

    platform: ClassVar[str] = "switch"

    command_topic: str
    state_topic: str | None = None
    value_template: str | None = None
    command_template: str | None = None
    device_class: str | None = None
    payload_on: str | None = None
    payload_off: str | None = None
    state_on: str | None = None
    state_off: str | None = None
    optimistic: bool | None = None
    retain: bool | None = None

    def check(self) -> None:
        """Raises `DiscoveryError` for an unknown device class, or payloads that do not differ."""
        check_one_of(self.unique_id, "device_class", self.device_class, SWITCH_CLASSES)
        check_two_payloads(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Siren(Entity):
    """A siren, with tone, duration in seconds, and volume from 0 to 1.

    Without a template a command is JSON with the values of the call:
    `{"state":"ON","duration":12,"tone":"fire","volume_level":0.5}`.
    Home Assistant takes duration and volume as supported by default, so both keys are
    always in the payload. A state that names a tone which is not in `available_tones` raises in its log.
    In 2026.11 a list among the attributes of `json_attributes_topic` raises at each state
    (`components/mqtt/siren.py`, extra_state_attributes puts the values into a set).
    """

    platform: ClassVar[str] = "siren"

    command_topic: str
    state_topic: str | None = None
    state_value_template: str | None = None
    command_template: str | None = None
    command_off_template: str | None = None
    available_tones: tuple[str, ...] | None = None
    support_duration: bool = True
    support_volume_set: bool = True
    payload_on: str | None = None
    payload_off: str | None = None
    state_on: str | None = None
    state_off: str | None = None
    optimistic: bool | None = None
    retain: bool | None = None

    def check(self) -> None:
        """Raises `DiscoveryError` for invalid tones, or payloads that do not differ."""
        if self.available_tones is not None:
            check_options(self.unique_id, "available_tones", self.available_tones)
        check_two_payloads(self)


def check_two_payloads(entity: Switch | Siren) -> None:
    """Raises `DiscoveryError` if on and off are the same payload, as commands or as states."""
    on, off = entity.payload_on or "ON", entity.payload_off or "OFF"
    if on == off:
        raise DiscoveryError(entity.unique_id, "payload_off", "must differ from payload_on")
    if (entity.state_on or on) == (entity.state_off or off):
        raise DiscoveryError(entity.unique_id, "state_off", "must differ from state_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Button(Entity):
    """A press publishes `payload_press`, `PRESS` by default."""

    platform: ClassVar[str] = "button"

    command_topic: str
    payload_press: str | None = None
    command_template: str | None = None
    device_class: str | None = None
    retain: bool | None = None

    def check(self) -> None:
        """Raises `DiscoveryError` for an unknown device class."""
        check_one_of(self.unique_id, "device_class", self.device_class, BUTTON_CLASSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify(Entity):
    """A message, as text; a title never arrives (`components/mqtt/notify.py`, 2026.11)."""

    platform: ClassVar[str] = "notify"

    command_topic: str
    command_template: str | None = None
    retain: bool | None = None

    def check(self) -> None:
        """Does nothing: the topic is checked with the fields of every entity."""
