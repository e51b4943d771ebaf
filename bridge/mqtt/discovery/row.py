"""The form of the tables that say which of our things becomes which entity."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypedDict, TypeVar

from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.mqtt.topics import Topics
from bridge.text.printable import one_line
from ha_discovery import Availability, Entity

DIAGNOSTIC = "diagnostic"
LONGEST_STATE = 255
"""Characters; a longer state is an error in Home Assistant's log, and becomes unknown."""
ALL_ATTRIBUTES = "{{ value or '{}' }}"
"""Every key of the object. A topic that is cleared is empty, which without this is a warning in
Home Assistant's log ("Erroneous JSON"); for `field` and `flag` it would be an error ("value_json
is undefined"). A part that is gone leaves no trace there either."""


def field(key: str) -> str:
    """A template: the value of a key, where null, and a cleared topic, mean unknown."""
    return f"{{{{ value_json.{key} if value_json is defined else None }}}}"


def flag(key: str) -> str:
    """A template: on when the key's value is true, or anything at all; a cleared topic is unknown."""
    return f"{{{{ ('ON' if value_json.{key} else 'OFF') if value_json is defined else None }}}}"


def nested(part: str, key: str, shown: Callable[[str], str] = str) -> str:
    """A template: the value of a key of an object; unknown while nobody tells of the object.

    `shown` makes the expression for the value of that of the key.
    """
    return f"{{{{ {shown(f'value_json.{part}.{key}')} if {_told(part)} else None }}}}"


def nested_flag(part: str, key: str) -> str:
    """A template: on when a key of an object is true; unknown while nobody tells of the object."""
    return nested(part, key, lambda value: f"('ON' if {value} else 'OFF')")


def nested_object(part: str) -> str:
    """A template: an object as attributes; none while nobody tells of it."""
    return f"{{{{ (value_json.{part} if {_told(part)} else {{}}) | to_json }}}}"


def _told(part: str) -> str:
    return f"value_json is defined and value_json.{part} is defined"


def cut(expression: str, length: int) -> str:
    """An expression for a text of at most `length` characters, which shows where it was cut."""
    return f"{expression} | truncate({length}, true, '…', 0)"


class CommonFields(TypedDict):
    """What an entity has from its row, whatever its kind; passed on to it as it is."""

    unique_id: str
    name: str | None
    object_id: str
    icon: str | None
    entity_category: str | None
    availability: Availability | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The device itself, or one input or output of it.

    `availability` is the part's own topic; it, `id` and `label` are empty for the device.
    """

    settings: Settings
    topics: Topics
    id: str = ""
    label: str = ""
    availability: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputPart(Part):
    """An input."""

    input: InputSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputPart(Part):
    """An output."""

    output: OutputSettings


P = TypeVar("P", bound=Part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row(Generic[P]):
    """One kind of entity of each part of a kind.

    what
        Part of the ids, for ever (`mqtt.md` 4).
    name
        Stands after the part's own name; empty for what carries that name alone.
    main
        Its entity id is the part's, without the `what`.
    needs_line
        Unavailable while the part's line is lost, for it would show or do nothing true. What
        tells of the fault itself, of the past, or calms things down needs only the bridge.
    exists
        Whether what it needs is configured.
    """

    what: str
    name: str
    make: Callable[[P, CommonFields], Entity]
    icon: str | Callable[[P], str | None] | None = None
    category: str | None = None
    main: bool = False
    needs_line: bool = False
    exists: Callable[[P], bool] = lambda _part: True


def entities(rows: tuple[Row[P], ...], part: P) -> Iterator[tuple[str, Entity]]:
    """Each entity that exists for this part, with its component key."""
    for row in rows:
        if row.exists(part):
            key = f"{part.id}_{row.what}" if part.id else row.what
            yield key, row.make(part, _said(row, part, key))


def _said(row: Row[P], part: P, key: str) -> CommonFields:
    device = part.settings.device
    place = part.id if row.main else key
    return CommonFields(
        unique_id=f"{device.id}_{key}",
        name=_name(row.name, part),
        object_id=f"{device.id}_{place}".replace("-", "_"),
        icon=row.icon(part) if callable(row.icon) else row.icon,
        entity_category=row.category,
        availability=_with_the_line(part) if row.needs_line else None,
    )


def _name(words: str, part: Part) -> str | None:
    """What stands after the device's name, which a part of the same name does not repeat.

    None is the device's name alone.
    """
    label = one_line(part.label) or part.id
    device = one_line(part.settings.device.label) or part.settings.device.id
    if label in ("", device):
        return words[:1].upper() + words[1:] or None
    return f"{label} {words}".rstrip()


def _with_the_line(part: Part) -> Availability:
    """The bridge and the part, both; the device's own availability holds for rows without."""
    return Availability(topics=(part.topics.availability, part.availability))
