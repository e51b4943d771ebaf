# ruff: noqa: INP001 - a script, no package
"""Every key of the settings, as tables, from the definitions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING
from typing import Any, get_args

from bridge.core.definitions import settings as model
from bridge.core.definitions.document import as_document
from bridge.core.definitions.introspection import is_section, keys, members, tag_of, unwrapped
from bridge.settings.json_schema import schema

HEAD = "| key | default | allowed | meaning |\n|---|---|---|---|\n"
BELOW = "see below"
ITEMS = {"cameras": "cameras.ID", "inputs": "inputs[]", "outputs": "outputs[]"}
"""How the things of a list, or below ids, are named in the page."""
FORMS = {"LineByName": "by name", "LineByOffset": "by offset"}
"""The two forms of a GPIO line; other lines go by their kind."""


def settings_reference() -> str:
    """All sections, each with its table, in the order of the file."""
    made = schema()
    return "\n".join(_sections("", "Settings", {"Settings": made, **made["$defs"]}))


def _sections(path: str, name: str, sections: Mapping[str, Any]) -> Iterator[str]:
    """A section's table, then those of the sections in it."""
    section = sections[name]
    required = section.get("required", ())
    rows, below = [], []
    for key, field in section["properties"].items():
        place = f"{path}.{key}" if path else key
        inner = [one for one in _references(field) if "properties" in sections[one]]
        default = "required" if key in required else _default(DEFINITIONS[name], key)
        meaning = field["description"].replace("<", "&lt;")
        rows.append(f"| `{key}` | {default} | {_allowed(field, sections)} | {meaning} |".replace("|  |", "| |"))
        below += [text for one in inner for text in _sections(_place_of(place, one, inner), one, sections)]
    title = f"`{path}`" if path else "The whole file"
    yield f"### {title}\n\n{section['description']}\n\n{HEAD}" + "\n".join(rows) + "\n"
    yield from below


def _place_of(place: str, name: str, inner: list[str]) -> str:
    """Where a section is; one of several forms is told apart by what it is called."""
    if len(inner) > 1:
        return f"{place} ({FORMS.get(name) or 'kind ' + tag_of(DEFINITIONS[name], 'kind')})"
    return ITEMS.get(place, place)


def _definitions(section: type) -> Iterator[type]:
    """A section, and all that are in it."""
    yield section
    for field in keys(section).values():
        waiting = [field.type]
        while waiting:
            kind, _ = unwrapped(waiting.pop())
            if is_section(kind):
                yield from _definitions(kind)
            elif members(kind) != (kind,):
                waiting += members(kind)
            else:
                waiting += [one for one in get_args(kind) if one is not ...]


def _references(field: Any) -> list[str]:
    """The sections that a key's value may be, without repeats."""
    found: list[str] = []
    if isinstance(field, Mapping):
        if "$ref" in field:
            found.append(field["$ref"].rpartition("/")[2])
        for part in field.values():
            found += _references(part)
    elif isinstance(field, list):
        for part in field:
            found += _references(part)
    return list(dict.fromkeys(found))


def _default(section: type, key: str) -> str:
    field = keys(section).get(key)
    if field is None or field.default is MISSING:
        return ""
    value = as_document(field.default)
    if value in (None, "", []) or isinstance(value, dict):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _allowed(field: Mapping[str, Any], sections: Mapping[str, Any]) -> str:
    """What a value may be, in a few words."""
    if _is_schedule(field):
        named = "ids, each with a" if "patternProperties" in field else "a name, or a"
        return f"{named} [schedule](#schedules)"
    if "patternProperties" in field:
        return f"ids; {BELOW}"
    several = field.get("anyOf") or field.get("oneOf")
    if several:
        return ", or ".join(dict.fromkeys(_allowed(one, sections) for one in several if one != {"type": "null"}))
    if "$ref" in field:
        field = sections[field["$ref"].rpartition("/")[2]]
    if "properties" in field:
        return BELOW
    return _typed(field, sections)


def _typed(field: Mapping[str, Any], sections: Mapping[str, Any]) -> str:
    words = field.get("enum") or ([field["const"]] if "const" in field else [])
    if words:
        return _words(words)
    match field["type"]:
        case "array":
            each = _allowed(field["items"], sections)
            return f"a list; {each if each == BELOW else f'each {each}'}"
        case "boolean":
            return _words(["true", "false"])
        case "integer" | "number":
            return _number(field)
        case "string" if field.get("pattern") == model.ID_PATTERN:
            return "an id"
    return "a path" if field.get("format") == "path" else "text"


def _number(field: Mapping[str, Any]) -> str:
    if "minimum" not in field:
        return "a number"
    limits = f"to {field['maximum']}" if "maximum" in field else "or more"
    return f"{field['minimum']} {limits}" + (", also fractions" if field["type"] == "number" else "")


def _is_schedule(field: Mapping[str, Any]) -> bool:
    return "special" in json.dumps(field) and "$ref" not in field


def _words(words: list[str]) -> str:
    return " ".join(f"`{word}`" for word in words)


DEFINITIONS = {definition.__name__: definition for definition in _definitions(model.Settings)}
"""Every section by the name that the schema gives it."""
