"""The kinds of line: where the level of a terminal comes from, or goes to.

A new kind is a dataclass whose first field is its `kind`, such as `kind: Literal["mqtt"] = "mqtt"`, `Local` or
`Far`, and a member of `_Source`, `_Sink` or both. A line whose `kind` is left out is a GPIO line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar, Final, Literal

from bridge.core.definitions.combined_lines import CombinedSource
from bridge.core.definitions.far_lines import Local
from bridge.core.definitions.field_types import Offered, OneOf, Range, Refused, Text
from bridge.core.definitions.health_lines import HealthSource
from bridge.core.definitions.http_lines import HttpSink, HttpSource
from bridge.core.definitions.introspection import members, tag_of
from bridge.core.definitions.mqtt_lines import MqttSink, MqttSource
from bridge.core.definitions.onvif_lines import CameraLost, OnvifEvent, OnvifInput, OnvifRelay
from bridge.core.definitions.sound_lines import SoundSource

GPIO: Final = "gpio"
"""The kind that may be left out, and that no payload names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineByOffset(Local):
    """A line of a GPIO chip by its number."""

    kind: ClassVar[Literal["gpio"]] = GPIO
    chip: Annotated[Text, Offered("chips")]
    """The chip's name, path or label, such as gpiochip0."""
    offset: Annotated[int, Range(0, 1023)]
    """The line's number on the chip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineByName(Local):
    """A line by the name that the board gives it."""

    kind: ClassVar[Literal["gpio"]] = GPIO
    name: Annotated[Text, Offered("lines")]
    """The line's name."""
    chip: Annotated[Text, Offered("chips")] | None = None
    """The chip to look on; default: all."""


GpioLine = LineByOffset | LineByName
_Source = (
    GpioLine
    | MqttSource
    | OnvifInput
    | OnvifEvent
    | CameraLost
    | CombinedSource
    | HealthSource
    | HttpSource
    | SoundSource
)
"""The lines of inputs."""
_Sink = GpioLine | MqttSink | OnvifRelay | HttpSink
"""The lines of outputs."""


def _form_of(kinds: Mapping[str, type], value: object) -> type | None:
    """Returns the class that a written line is meant to be; None if it has no key of any GPIO line.

    Raises Refused for a `kind` that is none of `kinds`.
    """
    if not isinstance(value, Mapping):
        return None
    kind = value.get("kind")
    if kind in (None, ""):
        kind = GPIO
    if kind not in list(kinds):
        message = "is not a choice"
        raise Refused(message, ", ".join(kinds), key="kind")
    if kind != GPIO:
        return kinds[kind]
    if not value.keys() & {"chip", "offset", "name"}:
        return None
    return LineByName if "name" in value and "offset" not in value else LineByOffset


def _kinds(union: Any) -> Mapping[str, type]:
    """Returns the forms of a union by their kinds; a GPIO line has two."""
    return {tag_of(form, "kind"): form for form in members(union)}


def _forms(union: Any) -> Mapping[str, tuple[type, ...]]:
    """Returns all forms of a union by their kinds."""
    kinds = dict.fromkeys(tag_of(form, "kind") for form in members(union))
    return {kind: tuple(form for form in members(union) if tag_of(form, "kind") == kind) for kind in kinds}


SOURCES: Mapping[str, type] = _kinds(_Source)
"""The kinds of line of an input."""
SINKS: Mapping[str, type] = _kinds(_Sink)
"""The kinds of line of an output."""
SOURCE_FORMS: Mapping[str, tuple[type, ...]] = _forms(_Source)
"""Every form in which a line of an input is written, by its kind."""
SINK_FORMS: Mapping[str, tuple[type, ...]] = _forms(_Sink)
"""Every form in which a line of an output is written, by its kind."""
_GPIO_LINES = "{chip: gpiochip0, offset: 17} or {name: ALARM_IN1}"

InputLine = Annotated[_Source, OneOf(partial(_form_of, SOURCES), "is no line", _GPIO_LINES, tag="kind")]
OutputLine = Annotated[_Sink, OneOf(partial(_form_of, SINKS), "is no line", _GPIO_LINES, tag="kind")]
