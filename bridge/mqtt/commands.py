"""What a command's payload says (`mqtt.md` 2): strict, so that nothing half understood is obeyed.

Reading goes in three steps, so that a refusal can already carry the command's own id: `read` opens
the payload, `expires_of` takes out its date, `fact_of` makes the fact of the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeGuard

from bridge.core.facts import (
    Command,
    InputTriggerRequested,
    Origin,
    OutputStartRequested,
    OutputStopRequested,
    OutputToggleRequested,
    SilenceRequested,
)
from bridge.errors import CommandRefused
from bridge.mqtt.strict_json import object_of, shown, text_of
from bridge.mqtt.topics import CommandKind, CommandTopic

LONGEST_ID = 64
LONGEST_MS = 86_400_000
WORDS = ("ON", "OFF", "TOGGLE")
MODES = ("switch", "pulse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A payload, opened: the command's own id, and the rest of its fields."""

    id: str | None
    fields: Mapping[str, object]


def read(kind: CommandKind, payload: bytes) -> Payload:
    """Open a payload. Raises CommandRefused when it is not what its topic takes."""
    if kind is CommandKind.SILENCE:
        return _anything(payload)
    text = text_of(payload)
    if kind is CommandKind.OUTPUT_SET and text in WORDS:
        return Payload(id=None, fields={"state": text})
    if not text and kind in (CommandKind.INPUT_TRIGGER, CommandKind.ACTION_RUN):
        return Payload(id=None, fields={})
    if not text.startswith("{"):
        wanted = f"{', '.join(WORDS)} or a JSON object" if kind is CommandKind.OUTPUT_SET else "a JSON object"
        message = f"must be {wanted}" if text else f"is empty, must be {wanted}"
        raise CommandRefused(message)
    fields = object_of(text)
    return Payload(id=_id(fields.pop("id", None)), fields=fields)


def expires_of(payload: Payload) -> datetime | None:
    """When a command is too old to be obeyed. Raises CommandRefused when that is no instant."""
    written = payload.fields.get("expires")
    instant = _instant(written)
    if instant is None and written is not None:
        message = f"must be an ISO 8601 time with its offset, is {shown(written)}"
        raise CommandRefused(message, path="expires")
    return instant


def fact_of(topic: CommandTopic, payload: Payload, origin: Origin) -> Command:
    """The fact that a command is. Raises CommandRefused; KeyError for a kind that is not made here."""
    return _MAKERS[topic.kind](topic.target, payload.fields, origin)


def _anything(payload: bytes) -> Payload:
    """A silence is obeyed whatever it says; a readable id or date in it is honoured."""
    try:
        fields = object_of(text_of(payload))
    except CommandRefused:
        return Payload(id=None, fields={})
    command_id, written = fields.get("id"), fields.get("expires")
    return Payload(
        id=command_id if _is_id(command_id) else None, fields={"expires": written} if _instant(written) else {}
    )


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()


def _id(value: object) -> str | None:
    if value is None or _is_id(value):
        return value
    message = f"must be a text of 1 to {LONGEST_ID} printable characters, is {shown(value)}"
    raise CommandRefused(message, path="id")


def _instant(written: object) -> datetime | None:
    try:
        instant = datetime.fromisoformat(written) if isinstance(written, str) else None
        return instant.astimezone(UTC) if instant is not None and instant.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _output_set(target: str, fields: Mapping[str, object], origin: Origin) -> Command:
    _only(fields, "state", "duration_ms", "mode", "duration", "tone", "volume_level")
    state = _one_of(fields, "state", WORDS)
    if state is None:
        message = "is missing"
        raise CommandRefused(message, path="state")
    _not_both(fields, "duration_ms", "duration")
    _not_both(fields, "mode", "tone")
    duration_ms = _duration_s(fields) if "duration" in fields else _duration_ms(fields)
    mode = _one_of(fields, "tone" if "tone" in fields else "mode", MODES)
    _volume(fields)
    if state == "OFF":
        return OutputStopRequested(output=target, origin=origin)
    make = OutputStartRequested if state == "ON" else OutputToggleRequested
    return make(output=target, origin=origin, duration_ms=duration_ms, mode=mode)


def _input_trigger(target: str, fields: Mapping[str, object], origin: Origin) -> Command:
    _only(fields, "duration_ms")
    duration_ms = _duration_ms(fields)
    if duration_ms is None:
        return InputTriggerRequested(input=target, origin=origin)
    return InputTriggerRequested(input=target, origin=origin, duration_ms=duration_ms)


def _silence(_target: str, _fields: Mapping[str, object], origin: Origin) -> Command:
    return SilenceRequested(origin=origin)


_MAKERS: Mapping[CommandKind, Callable[[str, Mapping[str, object], Origin], Command]] = {
    CommandKind.OUTPUT_SET: _output_set,
    CommandKind.INPUT_TRIGGER: _input_trigger,
    CommandKind.SILENCE: _silence,
}


def _only(fields: Mapping[str, object], *known: str) -> None:
    for key in fields:
        if key not in known and key != "expires":
            message = f"is not known; known are {', '.join(known)}, id and expires"
            raise CommandRefused(message, path=shown(key)[1:-1])


def _one_of(fields: Mapping[str, object], key: str, words: tuple[str, ...]) -> str | None:
    if key not in fields:
        return None
    value = fields[key]
    if not isinstance(value, str) or value not in words:
        message = f"must be {' or '.join(words)}, is {shown(value)}"
        raise CommandRefused(message, path=key)
    return value


def _number(fields: Mapping[str, object], key: str, low: float, high: float) -> float | None:
    """A number in a range; JSON's `true` is none, though Python counts it as one."""
    if key not in fields:
        return None
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        message = f"must be a number from {low} to {high}, is {shown(value)}"
        raise CommandRefused(message, path=key)
    return value


def _duration_ms(fields: Mapping[str, object]) -> int | None:
    value = _number(fields, "duration_ms", 1, LONGEST_MS)
    if isinstance(value, float):
        message = f"must be a whole number of milliseconds, is {shown(value)}"
        raise CommandRefused(message, path="duration_ms")
    return value


def _duration_s(fields: Mapping[str, object]) -> int | None:
    """Home Assistant's siren says seconds."""
    value = _number(fields, "duration", 0.001, LONGEST_MS / 1000)
    return None if value is None else round(value * 1000)


def _volume(fields: Mapping[str, object]) -> None:
    """Home Assistant's siren may send it; a relay has none, so it is checked and left at that."""
    _number(fields, "volume_level", 0, 1)


def _not_both(fields: Mapping[str, object], key: str, other: str) -> None:
    if key in fields and other in fields:
        message = f"says the same as {key}; give one of them"
        raise CommandRefused(message, path=other)
