"""The device as a whole, and how it is reached: broker, Home Assistant, page, log."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from bridge.core.definitions import vocabulary
from bridge.core.definitions.field_types import Id, Length, Matches, Name, Port, Range, Secret, Text, TopicPath


def host_id(host: str) -> str:
    """Returns a host name made fit to be an id; `alarm2mqtt` if nothing of it is left."""
    return re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:32].strip("-") or "alarm2mqtt"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """The device as a whole."""

    id: Id = field(default_factory=lambda: host_id(""))  # the check puts this host's name here
    """Topic segment and stem of unique ids; default: the host name made fit."""
    name: Name | None = None
    """The device's name for people; default: its id."""
    area: Name | None = None
    """Area that Home Assistant suggests."""
    timezone: str | None = None
    """Zone of schedules, such as Europe/Berlin; default: the system's."""
    clock: Literal["trust", "require_sync"] = "trust"
    """Whether a clock that the kernel calls unsynchronised is believed."""
    startup_grace_s: Annotated[float, Range(0, 300)] = 5.0
    """Seconds after start in which no alarm begins."""

    @property
    def label(self) -> str:
        """The name for people: `name`, else the id."""
        return self.name or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """Present means on; the broker's host name is always checked."""

    ca_file: Path | None = None
    """PEM file of the authorities to trust; default: the system's. Certificates are always checked."""
    cert_file: Path | None = None
    """PEM certificate of this client; needs key_file."""
    key_file: Path | None = None
    """PEM key of this client; needs cert_file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSettings:
    """The MQTT broker."""

    host: Text = "localhost"
    """Name or address of the broker, or unix:/path of its socket."""
    port: Port | None = None
    """Default: 1883, with tls 8883."""
    username: str | None = None
    """User name at the broker."""
    password: Secret | None = None
    """Password in plain text; password_file or the secrets folder are preferred."""
    password_file: Path | None = None
    """File whose text, without the newline at its end, is the password."""
    client_id: Annotated[str, Length(most=65535)] | None = None
    """Default: alarm2mqtt-<device id>."""
    base_topic: TopicPath = "alarm2mqtt"
    """All topics begin with it."""
    keepalive_s: Annotated[int, Range(5, 3600)] = 30
    """Seconds between signs of life; a dead connection is noticed within 1.5 of them."""
    tls: TlsSettings | None = None
    """Present means on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeAssistantSettings:
    """Home Assistant's MQTT discovery."""

    discovery: bool = True
    """Whether the device is announced to Home Assistant."""
    prefix: Annotated[
        str,
        Matches(r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$", "is no topic", "letters, digits, _ and -, in parts joined by /"),
    ] = "homeassistant"
    """Home Assistant's discovery prefix."""
    settings_entities: bool = True
    """Whether settings are entities that can be changed there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesSettings:
    """The driver of the terminals' lines."""

    driver: Literal["gpiod", "simulated"] = "gpiod"
    """gpiod: the kernel's GPIO lines; simulated: a board made of software."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """The folder of journal, alarm states and waiting jobs."""

    folder: Path = Path("/var/lib/alarm2mqtt")
    """Folder of the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """The settings and live page on the device."""

    enabled: bool = True
    """Whether there is a page."""
    host: Text = "127.0.0.1"
    """Address that it listens on; any but this machine's own needs a password."""
    port: Port = 8099
    """Port that it listens on."""
    names: tuple[
        Annotated[
            str,
            Length(most=253),
            Matches(vocabulary.HOST_NAME, "is no host name", "such as gate.example.org, without https:// and port"),
        ],
        ...,
    ] = ()
    """Host names that it is called by, when the page is reached by others than the device's own."""
    password: Secret | None = None
    """Password in plain text; password_file or the secrets folder are preferred."""
    password_file: Path | None = None
    """File whose text, without the newline at its end, is the password."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsSettings:
    """Figures for Prometheus."""

    enabled: bool = False
    """Whether there is /metrics on the page's port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSettings:
    """The program's own log."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is logged."""
    format: Literal["console", "json"] = "console"
    """For people, or for machines."""
