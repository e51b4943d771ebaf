"""The services that the device depends on, in a person's words: on the System page and in the API's status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.core.definitions.channels import KEYS
from bridge.core.status import BridgeStatus, QueueStatus, RecordingStatus, SoundStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """One service; `problem` is None while all is well, `facts` are texts by their labels."""

    problem: str | None
    facts: Mapping[str, str]


def services(status: BridgeStatus) -> dict[str, ServiceState | None]:
    """Returns the state of every service by its key in the API; None for one that is not configured."""
    return {
        "broker": ServiceState(problem=status.broker.problem, facts={"Broker": status.broker.address}),
        **{channel: _queue(status.queues.get(channel)) for channel in KEYS},
        "card": _card(status.recording),
        "store": ServiceState(
            problem=status.problems.get("store"), facts={"Journal entries not sent yet": str(status.journal_unsent)}
        ),
        "audio": _audio(status.sound),
    }


def _queue(queue: QueueStatus | None) -> ServiceState | None:
    """Returns the state of a queue of mails or uploads, or None if it is not configured."""
    if queue is None:
        return None
    facts = {"Server": queue.server, "Waiting": str(queue.queued)}
    if queue.last_ok is not None:
        facts["Last success"] = f"{queue.last_ok:%Y-%m-%d %H:%M:%S}"
    return ServiceState(problem=queue.last_error, facts=facts)


def _card(card: RecordingStatus | None) -> ServiceState | None:
    """Returns the state of recording, or None if it is not configured."""
    if card is None:
        return None
    facts = {"Clips": str(card.clips)}
    if card.free_mb is not None:
        facts["Free"] = f"{card.free_mb} MB"
    if card.last_clip is not None:
        facts["Last clip"] = card.last_clip
    return ServiceState(problem=card.problem, facts=facts)


def _audio(sound: SoundStatus | None) -> ServiceState | None:
    """Returns the state of the loudspeaker, or None if it is not configured."""
    if sound is None:
        return None
    return ServiceState(problem=None, facts={"Sound": "plays" if sound.playing else "silent"})
