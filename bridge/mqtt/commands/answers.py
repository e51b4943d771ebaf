"""The answer to a command: the request that waits for it, and its bytes (`mqtt.md` 2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bridge.errors import Fault
from bridge.text.json_text import as_json, instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A command over MQTT that waits for its answer: the `request` of the command's `Origin`.

    `reply_to` is a topic; `correlation` belongs to MQTT 5 and goes back as it came.
    """

    topic: str
    id: str | None
    reply_to: str
    correlation: bytes | None = None


def answer(request: Request, faults: Iterable[Fault], time: datetime) -> bytes:
    """Returns the payload that answers `request`: `ok` without faults, else every fault with its place.

    `time` is that of the answer.
    """
    wrong = [{"path": fault.path, "message": _in_full(fault)} for fault in faults]
    return as_json(
        {"id": request.id, "ok": not wrong, "error": wrong or None, "topic": request.topic, "time": instant(time)}
    )


def _in_full(fault: Fault) -> str:
    """Returns a fault's message with the value and with what is allowed, without the place, which has its own key."""
    return str(Fault(path="", message=fault.message, value=fault.value, allowed=fault.allowed))
