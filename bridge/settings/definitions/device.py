"""The device as a whole, and how it is reached: broker, Home Assistant, page, log."""

import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from bridge.settings.definitions import vocabulary
from bridge.settings.definitions.field_types import Id, Model, Name, Port, TopicPath


class DeviceSettings(Model):
    """The device as a whole."""

    id: Id = Field(default_factory=lambda: host_id(os.uname().nodename))
    name: Name | None = None
    area: Name | None = None
    timezone: str | None = None
    clock: Literal["trust", "require_sync"] = "trust"
    startup_grace_s: float = Field(5, ge=0, le=300)

    @property
    def label(self) -> str:
        """What people call it: the name, else the id."""
        return self.name or self.id


def host_id(host: str) -> str:
    """A host name made fit to be an id."""
    return re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:32].strip("-") or "alarm2mqtt"


class TlsSettings(Model):
    """TLS; present means on, and the host name is always checked."""

    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


class MqttSettings(Model):
    """The broker."""

    host: str = Field("localhost", min_length=1)
    port: Port | None = None
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    client_id: str | None = Field(None, max_length=65535)
    base_topic: TopicPath = "alarm2mqtt"
    keepalive_s: int = Field(30, ge=5, le=3600)
    tls: TlsSettings | None = None


class HomeAssistantSettings(Model):
    """Home Assistant's MQTT discovery."""

    discovery: bool = True
    prefix: str = Field("homeassistant", pattern=r"^[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$")
    settings_entities: bool = True


class LinesSettings(Model):
    """Which line driver."""

    driver: Literal["gpiod", "simulated"] = "gpiod"


class StoreSettings(Model):
    """Where journal, states and jobs are kept."""

    folder: Path = Path("/var/lib/alarm2mqtt")


class WebSettings(Model):
    """The page on the device."""

    enabled: bool = True
    host: str = Field("127.0.0.1", min_length=1)
    port: Port = 8099
    names: tuple[Annotated[str, Field(pattern=vocabulary.HOST_NAME, max_length=253)], ...] = ()
    password: SecretStr | None = None
    password_file: Path | None = None


class MetricsSettings(Model):
    """Prometheus text at `/metrics`."""

    enabled: bool = False


class LogSettings(Model):
    """The program's own log."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"
