"""Parses a command's payload (`mqtt.md` 2): strictly, so that nothing half understood is executed.

Parsing goes in three steps, so that a refusal can already carry the command's own id: `read` parses
the payload, `expires_of` its date, `fact_of` makes the fact of the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeGuard

from bridge.core.definitions.actions import LONGEST_MS
from bridge.core.facts import (
    ArmingRequested,
    Command,
    InputTriggerRequested,
    Origin,
    OutputStartRequested,
    OutputStopRequested,
    OutputToggleRequested,
    SilenceRequested,
)
from bridge.errors import CommandRefused
from bridge.mqtt.commands.action_payload import action_requested
from bridge.mqtt.commands.fields import DECORATION, Fields, is_off, not_both, number, one_of, only, whole, word_of
from bridge.mqtt.topics import CommandKind, CommandTopic
from bridge.text.json_text import object_of, read_instant, text_of
from bridge.text.printable import short_repr

LONGEST_ID = 64
WORDS = {CommandKind.OUTPUT_SET: ("ON", "OFF", "TOGGLE"), CommandKind.ARMED_SET: ("ON", "OFF")}
"""The words that are a whole payload, or its field `state`."""
MODES = ("switch", "pulse")
WITH_STATE = (CommandKind.OUTPUT_SET, CommandKind.ACTION_RUN)
"""Kinds with a field `state`, whose OFF is a stop."""
MAY_BE_EMPTY = (CommandKind.INPUT_TRIGGER, CommandKind.ACTION_RUN, CommandKind.JOURNAL_GET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """A parsed payload: the command's own id, and its other fields."""

    id: str | None
    fields: Fields
    stops: bool = False
    """Whether it is a silence or an OFF, which is executed whatever else it says."""


def read(kind: CommandKind, payload: bytes) -> Payload:
    """Returns the parsed payload.

    Raises CommandRefused if it is not valid for its topic; a silence never is refused.
    """
    if kind is CommandKind.SILENCE:
        return _anything(payload)
    text = text_of(payload).strip(DECORATION)
    if kind in WITH_STATE and is_off(text):
        return Payload(id=None, fields={"state": "OFF"}, stops=True)
    words = WORDS.get(kind, ())
    word = word_of(text, words)
    if word is not None:
        return Payload(id=None, fields={"state": word})
    if not text and kind in MAY_BE_EMPTY:
        return Payload(id=None, fields={})
    if not text.startswith("{"):
        allowed = f"{', '.join(words)} or a JSON object" if words else "a JSON object"
        message = f"must be {allowed}" if text else f"is empty, must be {allowed}"
        raise CommandRefused(message)
    fields = object_of(text)
    if kind in WITH_STATE and is_off(fields.get("state")):
        return _stop(fields, {"state": "OFF"})
    return Payload(id=_id(fields.pop("id", None)), fields=fields)


def expires_of(payload: Payload) -> datetime | None:
    """Returns the time after which the command is refused, in UTC; None if it has none.

    Raises CommandRefused for no time.
    """
    written = payload.fields.get("expires")
    instant = read_instant(written)
    if instant is None and written is not None:
        message = f"must be an ISO 8601 time with its offset, is {short_repr(written)}"
        raise CommandRefused(message, path="expires")
    return instant and instant.astimezone(UTC)


def fact_of(topic: CommandTopic, payload: Payload, origin: Origin) -> Command:
    """Returns the fact of a command.

    Raises CommandRefused for invalid fields, and KeyError for a kind that has no fact.
    """
    return _MAKERS[topic.kind](topic.target, payload.fields, origin)


def _anything(payload: bytes) -> Payload:
    """Returns any payload as a silence, which is always executed; a valid id or date in it is used."""
    try:
        fields = object_of(text_of(payload))
    except CommandRefused:
        return Payload(id=None, fields={}, stops=True)
    return _stop(fields, {})


def _stop(fields: Fields, said: Fields) -> Payload:
    """Returns a stop with the fields `said`, and with the id and the date of `fields` if they are valid."""
    command_id, written = fields.get("id"), fields.get("expires")
    dated = {**said, "expires": written} if read_instant(written) else said
    return Payload(id=command_id if _is_id(command_id) else None, fields=dated, stops=True)


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.isprintable()


def _id(value: object) -> str | None:
    """Returns the command's own id, or None if it has none. Raises CommandRefused for an id that is not allowed."""
    if value is None or _is_id(value):
        return value
    message = f"must be a text of 1 to {LONGEST_ID} printable characters, is {short_repr(value)}"
    raise CommandRefused(message, path="id")


def _output_set(target: str, fields: Fields, origin: Origin) -> Command:
    """Returns the fact of an output's command: a start, a stop or a toggle. Raises CommandRefused."""
    if is_off(fields.get("state")):
        return OutputStopRequested(output=target, origin=origin)
    only(fields, "state", "duration_ms", "mode", "duration", "tone", "volume_level")
    state = _state(fields, CommandKind.OUTPUT_SET)
    not_both(fields, "duration_ms", "duration")
    not_both(fields, "mode", "tone")
    duration_ms = _duration_s(fields) if "duration" in fields else whole(fields, "duration_ms", 1, LONGEST_MS)
    mode = one_of(fields, "tone" if "tone" in fields else "mode", MODES)
    number(fields, "volume_level", 0, 1)  # the siren may send it; a relay has none, so it is left at that
    make = OutputStartRequested if state == "ON" else OutputToggleRequested
    return make(output=target, origin=origin, duration_ms=duration_ms, mode=mode)


def _input_trigger(target: str, fields: Fields, origin: Origin) -> Command:
    """Returns the fact of an alarm by command. Raises CommandRefused."""
    only(fields, "duration_ms")
    duration_ms = whole(fields, "duration_ms", 1, LONGEST_MS)
    if duration_ms is None:
        return InputTriggerRequested(input=target, origin=origin)
    return InputTriggerRequested(input=target, origin=origin, duration_ms=duration_ms)


def _silence(_target: str, _fields: Fields, origin: Origin) -> Command:
    return SilenceRequested(origin=origin)


def _armed_set(_target: str, fields: Fields, origin: Origin) -> Command:
    """Returns the fact of arming or disarming. Raises CommandRefused."""
    only(fields, "state")
    return ArmingRequested(armed=_state(fields, CommandKind.ARMED_SET) == "ON", origin=origin)


def _state(fields: Fields, kind: CommandKind) -> str:
    """Returns the word of the field `state`. Raises CommandRefused if it is missing or none of the kind's words."""
    state = one_of(fields, "state", WORDS[kind])
    if state is None:
        message = "is missing"
        raise CommandRefused(message, path="state")
    return state


_MAKERS: Mapping[CommandKind, Callable[[str, Fields, Origin], Command]] = {
    CommandKind.OUTPUT_SET: _output_set,
    CommandKind.INPUT_TRIGGER: _input_trigger,
    CommandKind.ACTION_RUN: action_requested,
    CommandKind.SILENCE: _silence,
    CommandKind.ARMED_SET: _armed_set,
}


def _duration_s(fields: Fields) -> int | None:
    """Returns the milliseconds of the field `duration`, which is in seconds, or None if it is absent.

    Raises CommandRefused. Home Assistant's siren sends seconds.
    """
    value = number(fields, "duration", 0.001, LONGEST_MS / 1000)
    return None if value is None else round(value * 1000)
