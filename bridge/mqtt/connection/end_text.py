"""Words for the messages that were sent last before a broker closed the connection; pure."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.mqtt.connection.broker_limits import LARGE
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.session_types import Filter
from bridge.mqtt.messages import Outgoing

NO_REASONS = "; it does not take that, or another client connects with this client id (MQTT 3.1.1 has no reasons)"


def hang_up_text(unanswered: Sequence[tuple[Outgoing, int]], filters: Sequence[Filter], version: Version | None) -> str:
    """Returns the words behind "closed the connection". `version` is None where the broker gave a reason."""
    if filters:
        last = f", right after SUBSCRIBE to {', '.join(one.topic for one in filters)}"
    elif unanswered:
        message, size = max(unanswered, key=lambda one: one[1] if one[1] >= LARGE else 0)
        more = f" and {len(unanswered) - 1} more" if len(unanswered) > 1 else ""
        last = f", right after {message.topic} ({size} bytes){more} was sent"
    elif version is not None:
        last = " though all that was sent had been answered"
    else:
        return ""
    return last + (NO_REASONS if version is Version.V311 else "")
