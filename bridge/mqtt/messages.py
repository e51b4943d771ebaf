"""Messages from the broker and to it."""

from __future__ import annotations

from collections.abc import Callable

from bridge.core.value import value


@value
class Incoming:
    """One message. With MQTT 5 `retained` is true for a live one too that was published so."""

    topic: str
    payload: bytes
    retained: bool
    response_topic: str | None = None
    correlation: bytes | None = None
    expiry_s: int | None = None
    """What is left of the message's own expiry."""


@value
class Outgoing:
    """One message to publish, at QoS 1."""

    topic: str
    payload: bytes
    retained: bool = False
    correlation: bytes | None = None


Acknowledged = Callable[[bool], None]
"""Called once for a published message: with True when the broker took it, with False when it refused it or is gone."""
