"""The kinds of line: where the level of a terminal comes from, or goes to.

A new kind is a dataclass whose first field is its `kind`, such as `kind: Literal["mqtt"] = "mqtt"`, `Local` or
`Far`, and a member of `_Form`. A line whose `kind` is left out is a GPIO line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Final, Literal

from bridge.core.definitions.field_types import OneOf, Range, Refused, Text
from bridge.core.definitions.introspection import members, tag_of

GPIO: Final = "gpio"
"""The kind that may be left out, and that no payload names."""


class Local:
    """Facts of every line of this machine: edges are seen as they happen, and a level is driven at once."""

    __slots__ = ()
    is_far: ClassVar[bool] = False
    for_inputs: ClassVar[bool] = True
    for_outputs: ClassVar[bool] = True
    shortest_phase_ms: ClassVar[int | None] = 0
    """The shortest phase of mode pulse; None: no pulses."""


class Far:
    """Facts of every line in another device: its contact is reported and commanded, and may be out of reach."""

    __slots__ = ()
    is_far: ClassVar[bool] = True
    for_inputs: ClassVar[bool] = True
    for_outputs: ClassVar[bool] = True
    shortest_phase_ms: ClassVar[int | None] = 1000
    """The shortest phase of mode pulse, for a command takes its time; None: no pulses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineByOffset(Local):
    """A line of a GPIO chip by its number."""

    kind: ClassVar[Literal["gpio"]] = GPIO
    chip: Text
    """The chip's name, path or label, such as gpiochip0."""
    offset: Annotated[int, Range(0, 1023)]
    """The line's number on the chip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineByName(Local):
    """A line by the name that the board gives it."""

    kind: ClassVar[Literal["gpio"]] = GPIO
    name: Text
    """The line's name."""
    chip: Text | None = None
    """The chip to look on; default: all."""


_Form = LineByOffset | LineByName


def _form(value: object) -> type | None:
    """Returns the class that a written line is meant to be; None if it has no key of any GPIO line.

    Raises Refused for an unknown `kind`.
    """
    if not isinstance(value, Mapping):
        return None
    kind = value.get("kind")
    if kind in (None, ""):
        kind = GPIO
    if kind not in list(KINDS):
        message = "is not a choice"
        raise Refused(message, ", ".join(KINDS), key="kind")
    if kind != GPIO:
        return KINDS[kind]
    if not value.keys() & {"chip", "offset", "name"}:
        return None
    return LineByName if "name" in value and "offset" not in value else LineByOffset


KINDS: Mapping[str, type] = {tag_of(form, "kind"): form for form in members(_Form)}
"""The forms by their kinds; a GPIO line has two."""

LineSettings = Annotated[
    _Form, OneOf(_form, "is no line", "{chip: gpiochip0, offset: 17} or {name: ALARM_IN1}", tag="kind")
]
