"""Messages in both directions: from the broker, and to be published."""

from __future__ import annotations

from collections.abc import Callable

from bridge.core.value import value


@value
class Incoming:
    """A message from the broker.

    With MQTT 5 `retained` is the publisher's flag, so it is True for a live one as well.
    """

    topic: str
    payload: bytes
    retained: bool
    response_topic: str | None = None
    correlation: bytes | None = None
    expiry_s: int | None = None
    """The rest of the message's expiry interval."""
    cut: bool = False
    """Whether the end of the payload lacks, since the packet is larger than the bridge reads."""


@value
class Outgoing:
    """A message to publish, at QoS 1."""

    topic: str
    payload: bytes
    retained: bool = False
    correlation: bytes | None = None
    followed_by: Outgoing | None = None
    """A message about this one, published after it and only if this one was sent."""


Acknowledged = Callable[[bool], None]
"""Called once for a published message: with True when the broker took it, with False when it refused it or is gone."""
