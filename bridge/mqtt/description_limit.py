"""The descriptions for Home Assistant, fitted to the broker's limit for packets."""

from __future__ import annotations

from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.session import Session
from bridge.mqtt.publishing.publisher import Publisher


class DescriptionLimit:
    """Limits descriptions to what the broker announced, or to half of what it named too large."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._session: Session | None = None

    def begin(self, session: Session) -> None:
        """Applies a session's limit; the caller calls before anything is announced on it."""
        self._session = session
        is_description = self._publisher.topics.is_description
        known = [size // 2 for topic, size in session.limits.refused_sizes.items() if is_description(topic)]
        if session.announced_largest is not None:
            known.append(session.announced_largest)
        self._publisher.descriptions.room.largest_packet = min(known, default=None)

    def refused(self, topic: str, size: int, code: int) -> None:
        """Publishes a smaller description where the broker refused it for its size; ignores all else."""
        if self._session is not None and code == codes.TOO_LARGE and self._publisher.topics.is_description(topic):
            self._session.limits.too_large(topic, size)
            self.begin(self._session)
            self._publisher.repeat([topic])
