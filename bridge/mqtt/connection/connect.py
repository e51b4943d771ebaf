"""Who the bridge is for the broker, and the errand that a session begins with."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bridge.errors import BrokerError
from bridge.mqtt.connection.broker_socket import connect_socket
from bridge.mqtt.connection.buffered_socket import BufferedSocket
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.session_types import Login
from bridge.mqtt.messages import Outgoing
from bridge.mqtt.payloads import OFFLINE
from bridge.mqtt.topics import Topics
from bridge.settings.definitions.settings import MqttSettings, Settings


def client_id_of(settings: Settings) -> str:
    """What the broker tells its clients apart by."""
    return settings.mqtt.client_id or f"alarm2mqtt-{settings.device.id}"


def will_of(settings: Settings) -> Outgoing:
    """What the broker publishes for a bridge that is gone without a word."""
    return Outgoing(topic=Topics.of(settings).availability, payload=OFFLINE, retained=True)


async def connect(
    settings: Settings, *, version: Version, client_id: str, will: Outgoing | None
) -> tuple[BufferedSocket, Login]:
    """A connected wire and what to say on it. Raises BrokerError."""
    mqtt = settings.mqtt
    login = Login(
        client_id=client_id,
        username=mqtt.username,
        password=await _password(mqtt),
        keepalive_s=mqtt.keepalive_s,
        will=will,
        version=version,
    )
    return BufferedSocket(await connect_socket(mqtt)), login


async def _password(mqtt: MqttSettings) -> str | None:
    """Read again for each connection, so that a secret that was changed needs no restart."""
    if mqtt.password is not None:
        return mqtt.password.get_secret_value()
    if mqtt.password_file is None:
        return None
    try:
        return (await asyncio.to_thread(Path.read_text, mqtt.password_file, "utf-8")).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        message = f"mqtt.password_file {mqtt.password_file}: {reason}"
        raise BrokerError(message) from None
