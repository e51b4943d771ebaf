"""The row type of the tables of entities, and the templates shared by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypedDict, TypeVar

from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.mqtt.topics import Topics
from ha_discovery import Availability, Entity

DIAGNOSTIC = "diagnostic"
LONGEST_STATE = 255
"""Limit in characters; a longer state is an error in Home Assistant's log, and becomes unknown."""
ALL_ATTRIBUTES = "{{ value or '{}' }}"
"""Template of every key of the object.

A cleared topic is empty, which without this is a warning in
Home Assistant's log ("Erroneous JSON"); for `field` and `flag` it would be an error ("value_json
is undefined"). A removed part leaves no trace there either.
"""


def field(key: str) -> str:
    """Returns a template for the value of a key; null, and a cleared topic, are unknown."""
    return f"{{{{ value_json.{key} if value_json is defined else None }}}}"


def flag(key: str) -> str:
    """Returns a template that is on for any true value of the key; a cleared topic is unknown."""
    return f"{{{{ ('ON' if value_json.{key} else 'OFF') if value_json is defined else None }}}}"


def nested(part: str, key: str, shown: Callable[[str], str] = str) -> str:
    """Returns a template for the value of a key of an object; unknown while the object is missing.

    `shown` returns the expression for the key's value.
    """
    return f"{{{{ {shown(f'value_json.{part}.{key}')} if {_is_defined(part)} else None }}}}"


def nested_flag(part: str, key: str) -> str:
    """Returns a template that is on when a key of an object is true; unknown while the object is missing."""
    return nested(part, key, lambda value: f"('ON' if {value} else 'OFF')")


def nested_object(part: str) -> str:
    """Returns a template for an object as attributes; no attributes while the object is missing."""
    return f"{{{{ (value_json.{part} if {_is_defined(part)} else {{}}) | to_json }}}}"


def _is_defined(part: str) -> str:
    return f"value_json is defined and value_json.{part} is defined"


def cut(expression: str, length: int) -> str:
    """Returns a template expression for a text of at most `length` characters, with an ellipsis where it was cut."""
    return f"{expression} | truncate({length}, true, '…', 0)"


class CommonFields(TypedDict):
    """The fields that every kind of entity has from its row."""

    unique_id: str
    name: str | None
    object_id: str
    icon: str | None
    entity_category: str | None
    enabled_by_default: bool | None
    availability: Availability | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The device itself, or one input or output of it: a device in Home Assistant.

    `clips` are the sound clips of the folder, as far as they are known. `page` is the page's address for a browser,
    None where no browser reaches it.
    """

    settings: Settings
    topics: Topics
    clips: tuple[str, ...] = ()
    page: str | None = None

    @property
    def id(self) -> str:
        """The id of the input or output; empty for the device itself."""
        return ""

    @property
    def topic(self) -> str:
        """The topic of its description."""
        return self.topics.discovery


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraPart(Part):
    """A camera that speaks ONVIF."""

    camera: str

    @property
    def id(self) -> str:
        """The camera's id behind a word that no input or output has in its own."""
        return f"camera_{self.camera}"

    @property
    def topic(self) -> str:
        """The topic of its description."""
        return self.topics.camera_discovery(self.camera)


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPart(Part):
    """An input."""

    input: InputSettings

    @property
    def id(self) -> str:
        """The input's id."""
        return self.input.id

    @property
    def topic(self) -> str:
        """The topic of its description."""
        return self.topics.part_discovery(self.input.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPart(Part):
    """An output."""

    output: OutputSettings

    @property
    def id(self) -> str:
        """The output's id."""
        return self.output.id

    @property
    def topic(self) -> str:
        """The topic of its description."""
        return self.topics.part_discovery(self.output.id)


P = TypeVar("P", bound=Part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Generic[P]):
    """One kind of entity, for each part of a kind.

    what
        Part of the ids, for ever (`mqtt.md` 4).
    name
        The entity's name, which Home Assistant shows after the part's; empty for the part's main entity.
    main
        Whether its entity id is the part's, without the `what`.
    needs_line
        Whether it is unavailable while the part's line is lost, since its state or command would be false. Entities
        for the fault itself, for the past, or to calm things down need only the bridge.
    disabled
        Whether a person has to enable it in Home Assistant first: it is rarely needed.
    exists
        Returns whether its requirements are configured.
    """

    what: str
    name: str
    make: Callable[[P, CommonFields], Entity]
    icon: str | Callable[[P], str | None] | None = None
    category: str | None = None
    main: bool = False
    needs_line: bool = False
    disabled: bool = False
    exists: Callable[[P], bool] = lambda _part: True


def entities(rows: tuple[Row[P], ...], part: P) -> Iterator[tuple[str, Entity]]:
    """Yields each entity that exists for this part, with its component key."""
    bridge = part.topics.availability
    with_the_line = Availability(topics=(bridge, _line(part))) if part.id else None
    for row in rows:
        if row.exists(part):
            key = f"{part.id}_{row.what}" if part.id else row.what
            yield key, row.make(part, _common(row, part, key, with_the_line if row.needs_line else None))


def _common(row: Row[P], part: P, key: str, availability: Availability | None) -> CommonFields:
    device = part.settings.device
    place = part.id if row.main else key
    return CommonFields(
        unique_id=f"{device.id}_{key}",
        name=row.name[:1].upper() + row.name[1:] or None,
        object_id=f"{device.id}_{place}".replace("-", "_"),
        icon=row.icon(part) if callable(row.icon) else row.icon,
        entity_category=row.category,
        enabled_by_default=False if row.disabled else None,
        availability=availability,
    )


def _line(part: Part) -> str:
    """Returns the topic of the availability of a part's line; rows without a line have the bridge's alone."""
    if isinstance(part, CameraPart):
        return part.topics.camera_availability(part.camera)
    place = part.topics.input(part.id) if isinstance(part, InputPart) else part.topics.output(part.id)
    return place.availability
