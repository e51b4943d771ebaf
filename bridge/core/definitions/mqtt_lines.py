"""Lines on MQTT topics of other devices, on the bridge's own broker (`behaviour.md` 10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from bridge.core.definitions.far_lines import Far
from bridge.core.definitions.field_types import Length, Matches, OneOf, PresetName, Range

LONGEST_TOPIC = 1024
LONGEST_PAYLOAD = 4096
SECONDS: Final = "{seconds}"
"""Stands in the payload of an output for what is left of its demand."""
A_VALUE = "a value, a list of values, or limits such as {at_least: 5}"

ForeignTopic = Annotated[
    str,
    Length(1, LONGEST_TOPIC),
    Matches(r"^[^#+\x00]+$", "is no single topic", "one topic without the wildcards + and #"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Numbers that count."""

    at_least: float | None = None
    """The least number that counts."""
    at_most: float | None = None
    """The greatest number that counts."""
    above: float | None = None
    """Greater numbers count."""
    below: float | None = None
    """Smaller numbers count."""


def _word(value: object) -> Any:
    """Returns the type of a value that a message may have, None for any other: a list, a mapping, an empty text."""
    if isinstance(value, bool):  # before numbers, which it is as well
        return bool
    if isinstance(value, int | float):
        return float
    return str if isinstance(value, str) and value != "" else None


Word = Annotated[
    str | float | bool, OneOf(_word, "is nothing that a message can be", "a text, a number, true or false")
]


def _match(value: object) -> Any:
    """Returns the form in which a match is written: limits, a list, or a value."""
    if isinstance(value, Mapping):
        return Limits
    return tuple[Word, ...] if isinstance(value, list | tuple) else _word(value)


Match = Annotated[
    Limits | tuple[Word, ...] | str | float | bool, OneOf(_match, "is nothing that a message can be", A_VALUE)
]
"""Values that a message may have: limits of a number, one of several, or one."""


def _step(value: object) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return int
    return str if isinstance(value, str) and value != "" else None


Step = Annotated[str | int, OneOf(_step, "is no step of a path", "a name, or the number of an item")]


def _path(value: object) -> Any:
    if isinstance(value, list | tuple):
        return tuple[Step, ...]
    return str if isinstance(value, str) and value != "" else None


JsonPath = Annotated[
    str | tuple[Step, ...], OneOf(_path, "is no path", "names and numbers with dots between them, or a list of them")
]
Payload = Annotated[str, Length(most=LONGEST_PAYLOAD)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSettings:
    """A question after each connection, whose answer says how things stand."""

    topic: ForeignTopic
    """Topic of the question."""
    payload: Payload = ""
    """Payload of the question; default: empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSource(Far):
    """A contact that a device of the same broker publishes."""

    kind: Literal["mqtt"] = "mqtt"
    """Kind of the line."""
    preset: PresetName | None = None
    """Name of a known device, which fills in the other keys from its base topic; docs/sources.md lists them."""
    topic: ForeignTopic
    """Topic of the device's state or event; with a preset the device's base topic."""
    path: JsonPath | None = None
    """Place of the value in a JSON payload, such as contact or sensors.0.open; default: the payload itself."""
    connected: Match
    """A value, a list of values, or limits ({at_least: 5}) of a connected contact."""
    disconnected: Match | None = None
    """The same of a disconnected contact; default: every other value."""
    hold_s: Annotated[float, Range(0.1, 86_400)] | None = None
    """Seconds that an event without an end counts as connected; default: until the device says otherwise."""
    stale_s: Annotated[float, Range(1, 604_800)] | None = None
    """Seconds without a message after which the contact is unknown; default: never."""
    availability: ForeignTopic | None = None
    """Topic on which the device is offline or online."""
    ask: AskSettings | None = None
    """A question to be sent after each connection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTopic:
    """The state that a device publishes of itself."""

    topic: ForeignTopic
    """Topic of the state."""
    path: JsonPath | None = None
    """Place of the value in a JSON payload; default: the payload itself."""
    connected: Match
    """A value, a list of values, or limits of a connected contact."""
    disconnected: Match | None = None
    """The same of a disconnected contact; default: every other value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MqttSink(Far):
    """A device of the same broker that obeys payloads."""

    kind: Literal["mqtt"] = "mqtt"
    """Kind of the line."""
    preset: PresetName | None = None
    """Name of a known device, which fills in the other keys from its base topic; docs/sources.md lists them."""
    topic: ForeignTopic
    """Topic of the device's commands; with a preset the device's base topic."""
    connected: Payload
    """Payload that connects the contact; {seconds} in it is what is left of the demand."""
    disconnected: Payload
    """Payload that disconnects it."""
    state: StateTopic | None = None
    """The device's own word for what it did."""
