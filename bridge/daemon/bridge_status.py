"""The bridge's status, gathered from the rooms: for `<d>/status`, the page, the API and the metrics."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from bridge import __version__
from bridge.core.definitions.channels import CHANNELS, server_of
from bridge.core.status import BridgeStatus, BrokerStatus, QueueStatus, RecordingStatus, SoundStatus
from bridge.mqtt.connection.broker_socket import address_of

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.linkage.linkage import Linkage
    from bridge.mqtt.adapter import MqttAdapter
    from bridge.store.store import Store


def bridge_status(
    *,
    settings: Settings,
    started: datetime,
    mqtt: MqttAdapter,
    store: Store,
    store_problem: str | None,
    linkage: Linkage | None,
) -> BridgeStatus:
    """Returns the bridge's status now.

    `started` is the start of this run. `store_problem` is None while the store works. `linkage` is None while no
    settings need it; queues, recording and sound are then empty or None.
    """
    recording = None if linkage is None else _recording(linkage)
    problems = {"store": store_problem, "card": None if recording is None else recording.problem}
    return BridgeStatus(
        version=__version__,
        started=started,
        broker=BrokerStatus(address=address_of(settings.mqtt), problem=mqtt.problem),
        rejected_commands=mqtt.rejected_commands,
        journal_unsent=store.unsent.count,
        queues={} if linkage is None else _queues(settings, linkage),
        recording=recording,
        sound=None if linkage is None or linkage.playing is None else SoundStatus(playing=linkage.playing),
        problems={part: problem for part, problem in problems.items() if problem is not None},
    )


def _queues(settings: Settings, linkage: Linkage) -> dict[str, QueueStatus]:
    """Returns the state of each configured channel's queue, by the channel's key."""
    states = linkage.queues
    return {
        channel.key: QueueStatus(
            server=f"{server.host}:{server.port}",
            queued=states[channel.key].queued,
            last_ok=states[channel.key].last_ok,
            last_error=states[channel.key].last_error,
        )
        for channel in CHANNELS
        if (server := server_of(settings, channel)) is not None and channel.key in states
    }


def _recording(linkage: Linkage) -> RecordingStatus | None:
    """Returns the state of the recording, or None if none is configured."""
    card = linkage.media.card
    if card is None:
        return None
    return RecordingStatus(
        problem=linkage.media.problem, free_mb=card.free_mb, clips=card.clips, last_clip=card.last_clip
    )
