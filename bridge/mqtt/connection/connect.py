"""Client id, will and credentials; connects with MQTT 5, then 3.1.1."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from bridge.core.definitions.settings import MqttSettings, Settings
from bridge.errors import BrokerError
from bridge.mqtt.connection.broker_limits import BrokerLimits
from bridge.mqtt.connection.broker_socket import connect_socket
from bridge.mqtt.connection.buffered_socket import BufferedSocket
from bridge.mqtt.connection.protocol_version import VersionChoice
from bridge.mqtt.connection.publish_window import Refused
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.connection.session import Session
from bridge.mqtt.connection.session_types import Ended, Login
from bridge.mqtt.messages import Incoming, Outgoing
from bridge.mqtt.payloads import OFFLINE
from bridge.mqtt.topics import Topics

_LOG = logging.getLogger(__name__)
LONGEST_TEXT = 0xFFFF
"""Bytes of a text in a packet (MQTT 5 and 3.1.1, 1.5)."""


def client_id_of(settings: Settings) -> str:
    """Returns the client id of the settings; one made from the device id if they have none."""
    return settings.mqtt.client_id or f"alarm2mqtt-{settings.device.id}"


def will_of(settings: Settings) -> Outgoing:
    """Returns the will: `offline`, retained, which the broker publishes when the bridge ends without DISCONNECT."""
    return Outgoing(topic=Topics.of(settings).availability, payload=OFFLINE, retained=True)


async def connect(
    settings: Settings,
    *,
    client_id: str,
    receive: Callable[[Incoming], None],
    will: Outgoing | None = None,
    versions: VersionChoice | None = None,
    limits: BrokerLimits | None = None,
    refused: Refused | None = None,
) -> Session | Ended:
    """Connects and logs in with MQTT 5, then with 3.1.1 when the broker does not understand 5.

    `receive` is called for each message of the session, `refused` for each publish that the broker refuses. `versions`
    remembers between two calls which version worked, and `limits` what the broker does not take.

    Returns:
        An open session, or the reason that the broker gave against one.

    Raises:
        BrokerError: there is no connection to the broker, `password_file` cannot be read, or a text is longer than a
            packet allows.
    """
    versions = versions or VersionChoice()
    while True:
        login = Login(
            client_id=client_id,
            username=settings.mqtt.username,
            password=await _password(settings.mqtt),
            keepalive_s=settings.mqtt.keepalive_s,
            will=will,
            version=versions.next,
        )
        _check_lengths(login)
        session = Session(
            sock=BufferedSocket(await connect_socket(settings.mqtt)),
            login=login,
            receive=receive,
            limits=limits,
            refused=refused,
        )
        try:
            ended = await session.open()
        except BaseException:
            session.abort("the program ends")
            raise
        if ended is None:
            versions.worked()
            return session
        if ended.how is not EndReason.TOO_NEW or not versions.not_understood():
            return ended
        _LOG.debug("no MQTT 5 (%s); trying 3.1.1", ended.why)


def _check_lengths(login: Login) -> None:
    """Raises BrokerError if client id, username or password is longer than a packet allows."""
    for name, text in (("client_id", login.client_id), ("username", login.username), ("password", login.password)):
        if text is not None and len(text.encode()) > LONGEST_TEXT:
            message = f"mqtt.{name} is longer than the {LONGEST_TEXT} bytes that MQTT allows"
            raise BrokerError(message)


async def _password(mqtt: MqttSettings) -> str | None:
    """Returns the password, or None if the settings have none.

    Its file is read for each connection, so that a changed secret needs no restart. Raises BrokerError if the file
    cannot be read.
    """
    if mqtt.password is not None:
        return mqtt.password.reveal()
    if mqtt.password_file is None:
        return None
    try:
        return (await asyncio.to_thread(Path.read_text, mqtt.password_file, "utf-8")).rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        message = f"mqtt.password_file {mqtt.password_file}: {reason}"
        raise BrokerError(message) from None
