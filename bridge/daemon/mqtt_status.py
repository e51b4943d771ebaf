"""How the bridge is doing, for `<d>/status`: gathered from the rooms, for the one that publishes it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bridge import __version__
from bridge.mqtt.publishing.status_payload import AudibleStatus, QueueStatus, RecordingStatus, StatusView

if TYPE_CHECKING:
    from bridge.linkage.delivery.delivery_queue import QueueState
    from bridge.linkage.linkage import Linkage


def status_view(*, started: datetime, journal_unsent: int, linkage: Linkage | None) -> StatusView:
    """What is wanted and set up; what is not is None."""
    recording, playing = None, None
    if linkage is not None:
        playing = linkage.playing
        if (card := linkage.media.card) is not None:
            recording = RecordingStatus(
                problem=linkage.media.problem, free_mb=card.free_mb, clips=card.clips, last_clip=card.last_clip
            )
    return StatusView(
        version=__version__,
        started=started,
        journal_unsent=journal_unsent,
        email=_queue(linkage.email if linkage else None),
        ftp=_queue(linkage.ftp if linkage else None),
        recording=recording,
        audible=None if playing is None else AudibleStatus(playing=playing),
    )


def _queue(state: QueueState | None) -> QueueStatus | None:
    if state is None:
        return None
    return QueueStatus(queued=state.queued, last_ok=state.last_ok, last_error=state.last_error)
