"""The description for Home Assistant, fitted to the broker's limit for packets."""

from __future__ import annotations

from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.session import Session
from bridge.mqtt.publishing.publisher import Publisher


class DescriptionLimit:
    """Limits the description to what the broker announced, or to half of what it named too large."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher

    def begin(self, session: Session) -> None:
        """Applies a session's limit; the caller calls before anything is announced on it."""
        refused = session.limits.refused_sizes.get(self._publisher.topics.discovery)
        half = None if refused is None else refused // 2
        known = [one for one in (session.announced_largest, half) if one is not None]
        self._publisher.largest_packet = min(known, default=None)

    def refused(self, session: Session, topic: str, size: int, code: int) -> None:
        """Publishes a smaller description where the broker refused it for its size; ignores all else."""
        if code == codes.TOO_LARGE and topic == self._publisher.topics.discovery:
            session.limits.too_large(topic, size)
            self.begin(session)
            self._publisher.repeat([topic])
