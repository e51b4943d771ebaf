"""What a session is made from, listens to, and ends with."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.messages import Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """What a session says of itself when it connects."""

    client_id: str
    username: str | None
    password: str | None
    keepalive_s: int
    will: Outgoing | None
    version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Why a session is over, for the policy and for a person."""

    how: EndReason
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A subscription, at QoS 1. MQTT 5 alone knows the two flags."""

    topic: str
    own_too: bool = False
    """Whether what this client published comes back."""
    flag_retained: bool = True
    """Whether a live message shows that it was published retained."""
