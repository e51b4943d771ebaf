"""The state of the bridge itself, as the payload of `<d>/status` (`mqtt.md` 1)."""

from __future__ import annotations

from bridge.core.status import BridgeStatus
from bridge.text.json_text import as_json, instant


def status(view: BridgeStatus, *, clock_synchronised: bool, broker_problem: str | None = None) -> bytes:
    """Returns the payload of the bridge's status; an unconfigured service is left out.

    `broker_problem` is a lack of rights at the broker, or None.
    """
    fields: dict[str, object] = {
        "version": view.version,
        "started": instant(view.started),
        "clock_synchronised": clock_synchronised,
    }
    for channel, queue in view.queues.items():
        fields[channel] = {
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
    if view.sound is not None:
        fields["audible"] = {"playing": view.sound.playing}
    fields["rejected_commands"] = view.rejected_commands
    fields["journal_unsent"] = view.journal_unsent
    fields["problems"] = {**view.problems, **({"broker": broker_problem} if broker_problem else {})}
    return as_json(fields)
