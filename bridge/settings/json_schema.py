"""The JSON Schema of the file, for editors; generated from the definitions and their descriptions.

It is a little stricter than `load`: `yes` for a truth value and empty keys that have a default are
accepted by `load`, and marked by an editor.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from bridge.core.definitions.document import as_document
from bridge.core.definitions.field_types import Length, Matches, OneOf, Range, Secret
from bridge.core.definitions.introspection import is_optional, is_section, keys, mark, members, tag_of, unwrapped
from bridge.core.definitions.settings import Settings
from bridge.core.schedule import Schedule
from bridge.settings.field_meanings import meanings

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_UNITS = {"s": "seconds", "ms": "milliseconds", "mb": "megabytes"}
_NAMES = {"id": "ID", "tls": "TLS", "mqtt": "MQTT", "ftp": "FTP", "ca_file": "CA file", "client_id": "Client ID"}
_TITLES = {
    "Settings": "alarm2mqtt settings",
    "TlsSettings": "TLS",
    "MqttSettings": "Broker",
    "HomeAssistantSettings": "Home Assistant",
    "AudibleLink": "Audible alarm",
    "EmailSettings": "E-mail",
    "FtpSettings": "FTP",
    "WebSettings": "Page",
}
"""Sections that people call something else than the code does."""

_PERIODS = {
    "type": "array",
    "items": {"type": "string", "pattern": r"^([01]?\d|2[0-3]):[0-5]\d\s*-\s*(([01]?\d|2[0-3]):[0-5]\d|24:00)$"},
}
_DAY = "(mon|tue|wed|thu|fri|sat|sun)"
_SCHEDULE = {
    "anyOf": [
        {"enum": ["always", "never"]},
        {
            "type": "object",
            "patternProperties": {f"^{_DAY}(-{_DAY})?$": _PERIODS},
            "properties": {
                "special": {
                    "type": "object",
                    "patternProperties": {r"^\d{4}-\d\d-\d\d(\.\.\d{4}-\d\d-\d\d)?$": _PERIODS},
                    "additionalProperties": False,
                }
            },
            "additionalProperties": False,
        },
    ]
}
_PLAIN: Mapping[Any, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    Path: {"format": "path", "type": "string"},
    Secret: {"format": "password", "type": "string", "writeOnly": True},
    Schedule: _SCHEDULE,
}


def schema() -> dict[str, Any]:
    """Returns the schema as a value; it accepts every plainly written file that `load` accepts."""
    sections: dict[str, Any] = {}
    whole = _section(Settings, sections)
    return {"$schema": DIALECT, **whole, "$defs": {name: sections[name] for name in sorted(sections)}}


def schema_text() -> str:
    """Returns the schema as a file's text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def write_schema(path: Path) -> None:
    """Writes the schema to a file. Raises OSError if that fails."""
    path.write_text(schema_text(), encoding="utf-8")


def _section(section: type, sections: dict[str, Any]) -> dict[str, Any]:
    """Returns the schema of a section; the schemas that it refers to are added to `sections`."""
    known = meanings(section)
    required = [name for name, field in keys(section).items() if _is_required(field)]
    return {
        "additionalProperties": False,
        "description": inspect.cleandoc(section.__doc__ or "").partition("\n\n")[0],
        "properties": {
            name: _field(name, field, sections) | {"description": known[name]} for name, field in keys(section).items()
        },
        **({"required": required} if required else {}),
        "title": _TITLES.get(section.__name__) or _words(section.__name__.removesuffix("Settings")),
        "type": "object",
    }


def _field(name: str, field: dataclasses.Field[Any], sections: dict[str, Any]) -> dict[str, Any]:
    described = {**_type(field.type, sections), "title": _title(name)}
    default = as_document(field.default)
    # A section's keys have their own defaults, and nothing says nothing.
    if field.default is not dataclasses.MISSING and not isinstance(default, dict | None):
        described["default"] = int(default) if isinstance(default, float) and default.is_integer() else default
    in_order: dict[str, Any] = _sorted(described)
    return in_order


def _sorted(part: Any) -> Any:
    """Returns a value with its keys in order, all the way down, so that a change of the schema is small to review."""
    if isinstance(part, list):
        return [_sorted(one) for one in part]
    return {key: _sorted(part[key]) for key in sorted(part)} if isinstance(part, dict) else part


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _type(annotation: Any, sections: dict[str, Any]) -> dict[str, Any]:
    kind, marks = unwrapped(annotation)
    if members(kind) != (kind,):
        several = [_type(member, sections) for member in members(kind)]
        if is_optional(kind):
            several.append({"type": "null"})
        one_of = mark(marks, OneOf)
        if one_of is not None and one_of.tag is not None:
            _tag(one_of.tag, members(kind), sections)
        return {"anyOf" if one_of is None else "oneOf": several}
    if is_section(kind):
        if kind.__name__ not in sections:
            sections[kind.__name__] = {}
            sections[kind.__name__] = _section(kind, sections)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if isinstance(kind, type) and issubclass(kind, Enum):
        sections[kind.__name__] = {"enum": [one.value for one in kind], "title": kind.__name__, "type": "string"}
        return {"$ref": f"#/$defs/{kind.__name__}"}
    return _limited(_simple(kind, sections), marks)


def _tag(tag: str, forms: tuple[type, ...], sections: dict[str, Any]) -> None:
    """Demands the key that chooses a member of a union, and adds it to members that may be without."""
    for form in forms:
        section = sections[form.__name__]
        if tag in keys(form):
            section["required"] = [tag, *(name for name in section.get("required", ()) if name != tag)]
            if "preset" in keys(form):
                _preset(section)
        else:
            choice = {"const": tag_of(form, tag), "title": _title(tag), "description": "May be left out."}
            section["properties"].setdefault(tag, choice)


def _preset(section: dict[str, Any]) -> None:
    """Demands the keys that a preset fills in only where there is none; a preset needs its topic or its address."""
    always = [name for name in section["required"] if name in ("kind", "topic")]
    filled = [name for name in section["required"] if name not in always]
    section["required"] = always
    given = ["preset", "address"] if "address" in section["properties"] else ["preset"]
    section["anyOf"] = [{"required": given}, {"required": filled}]


def _simple(kind: Any, sections: dict[str, Any]) -> dict[str, Any]:
    arguments = get_args(kind)
    if get_origin(kind) is Literal:
        words = {"enum": list(arguments)} if len(arguments) > 1 else {"const": arguments[0]}
        return {**words, "type": "string"}
    if get_origin(kind) is tuple:
        return {"items": _type(arguments[0], sections), "type": "array"}
    if get_origin(kind) is Mapping:
        _, marks = unwrapped(arguments[0])
        matches = mark(marks, Matches)
        pattern = "" if matches is None else matches.pattern
        below = {"patternProperties": {pattern: _type(arguments[1], sections)}, "additionalProperties": False}
        return {**below, "type": "object"}
    return dict(_PLAIN[kind])


def _limited(plain: dict[str, Any], marks: tuple[Any, ...]) -> dict[str, Any]:
    """Returns `plain`, changed in place, with the limits that the marks set."""
    items = plain.get("type") == "array"
    for one in marks:
        if isinstance(one, Range):
            plain |= {"minimum": one.ge} | ({} if one.le is None else {"maximum": one.le})
        elif isinstance(one, Matches):
            plain["pattern"] = one.pattern
        elif isinstance(one, Length):
            least, most = ("minItems", "maxItems") if items else ("minLength", "maxLength")
            plain |= ({least: one.least} if one.least else {}) | ({} if one.most is None else {most: one.most})
    return plain


def _words(name: str) -> str:
    """Returns `PictureRing` as `Picture ring`."""
    return re.sub(r"(?<!^)[A-Z]", lambda letter: f" {letter[0].lower()}", name)


def _title(key: str) -> str:
    """Returns `debounce_ms` as `Debounce (milliseconds)`."""
    if key in _NAMES:
        return _NAMES[key]
    words, _, last = key.rpartition("_")
    text = f"{words} ({_UNITS[last]})" if words and last in _UNITS else key
    return (text[0].upper() + text[1:]).replace("_", " ")
