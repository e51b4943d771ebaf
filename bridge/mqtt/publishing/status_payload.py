"""The state of the bridge itself, on `<d>/status` (`mqtt.md` 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bridge.text.json_text import as_json, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """Mail or uploads: number of queued jobs, time of the last success, and the last error since."""

    queued: int
    last_ok: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingStatus:
    """The card: its problem, free space, and clips."""

    problem: str | None
    free_mb: int | None
    clips: int
    last_clip: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudibleStatus:
    """The loudspeaker: whether a sound plays."""

    playing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """The state of the other rooms; a service that is not configured is None and is left out."""

    version: str
    started: datetime
    journal_unsent: int
    email: QueueStatus | None = None
    ftp: QueueStatus | None = None
    recording: RecordingStatus | None = None
    audible: AudibleStatus | None = None
    problems: Mapping[str, str] = field(default_factory=dict)
    """Problems of the bridge itself, in words, by its part: `store`, `card`."""


def status(
    view: StatusView, *, clock_synchronised: bool, rejected_commands: int, broker_problem: str | None = None
) -> bytes:
    """Returns the payload; the arguments beside the view are this room's own state."""
    fields: dict[str, object] = {
        "version": view.version,
        "started": instant(view.started),
        "clock_synchronised": clock_synchronised,
    }
    for name, queue in (("email", view.email), ("ftp", view.ftp)):
        if queue is not None:
            fields[name] = {
                "queued": queue.queued,
                "last_ok": instant(queue.last_ok),
                "last_error": queue.last_error,
            }
    if view.recording is not None:
        card = view.recording
        fields["recording"] = {
            "problem": card.problem,
            "free_mb": card.free_mb,
            "clips": card.clips,
            "last_clip": card.last_clip,
        }
    if view.audible is not None:
        fields["audible"] = {"playing": view.audible.playing}
    fields["rejected_commands"] = rejected_commands
    fields["journal_unsent"] = view.journal_unsent
    fields["problems"] = {**view.problems, **({"broker": broker_problem} if broker_problem else {})}
    return as_json(fields)
