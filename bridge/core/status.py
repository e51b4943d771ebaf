"""The bridge's own status: one value for `<d>/status`, the page, the API and the metrics.

The queues stand under their channel's key, so another channel is another key, and no field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from bridge.core.value import value


@value
class BrokerStatus:
    """The connection to the broker; `problem` is None while it is up."""

    address: str
    problem: str | None


@value
class QueueStatus:
    """One channel: its server, how many jobs wait, when one last succeeded, and the error since then."""

    server: str
    queued: int
    last_ok: datetime | None
    last_error: str | None


@value
class RecordingStatus:
    """The card: its problem, the space left, and the clips on it."""

    problem: str | None
    free_mb: int | None
    clips: int
    last_clip: str | None


@value
class SoundStatus:
    """The loudspeaker: whether it plays."""

    playing: bool


@value
class BridgeStatus:
    """The bridge and the services it depends on; an unconfigured one is None, or not among `queues`."""

    version: str
    started: datetime
    broker: BrokerStatus
    rejected_commands: int
    journal_unsent: int
    queues: Mapping[str, QueueStatus] = field(default_factory=dict)
    recording: RecordingStatus | None = None
    sound: SoundStatus | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    """Problems of the bridge itself, in words, by its part: `store`, `card`."""
