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
class Filter:
    """A subscription. The two flags exist in MQTT 5 only."""

    topic: str
    qos: int = 1
    own_too: bool = False
    """Whether the client's own publishes come back."""
    flag_retained: bool = True
    """Whether a live message that was published retained has the retain flag."""
    largest_kept: int | None = None
    """Bytes of a packet that are read, where they are more than of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """End of a session: `how` decides on the next attempt, `why` is for a person."""

    how: EndReason
    why: str
    code: int | None = None
    """Reason code of the broker's CONNACK or DISCONNECT."""
    hung_up: bool = False
    """Whether the broker ended an established connection."""
    unanswered: tuple[tuple[Outgoing, int], ...] = ()
    """Messages that the broker has not acknowledged, with the bytes of their packets, in the order of sending."""
    filters: tuple[Filter, ...] = ()
    """Subscriptions that it has not answered."""
    hasty: bool = False
    """Whether many messages were sent in the last moment: the broker may limit their rate."""
    gives_reasons: bool = False
    """Whether the version of MQTT has a reason for a takeover."""

    @property
    def may_be_a_twin(self) -> bool:
        """Whether another client with this client id is a likely cause: no reason was given, and nothing new was sent.

        MQTT 5 has a reason for that, which Mosquitto 2.0.11 does not send; 3.1.1 has none.
        """
        return self.hung_up and self.code is None and not self.unanswered and not self.filters
