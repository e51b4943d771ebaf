"""Types of an MQTT session: login, subscriptions, reason for its end."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.messages import Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Fields of the CONNECT packet of a session."""

    client_id: str
    username: str | None
    password: str | None
    keepalive_s: int
    will: Outgoing | None
    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """End of a session: `how` decides on the next attempt, `why` is for a person."""

    how: EndReason
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A subscription at QoS 1. The two flags exist in MQTT 5 only."""

    topic: str
    own_too: bool = False
    """Whether the client's own publishes come back."""
    flag_retained: bool = True
    """Whether a live message that was published retained has the retain flag."""
