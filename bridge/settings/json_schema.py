"""The JSON Schema of the file, for editors; made from the models and `descriptions`.

A little stricter than reading is: `yes` for a truth value and empty keys that have a default are
taken when read, and marked by an editor.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bridge.settings.definitions.descriptions import FIELDS, MODELS
from bridge.settings.definitions.settings import Settings

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_UNITS = {"s": "seconds", "ms": "milliseconds", "mb": "megabytes"}
_NAMES = {"id": "ID", "tls": "TLS", "mqtt": "MQTT", "ftp": "FTP", "ca_file": "CA file", "client_id": "Client ID"}


def schema() -> dict[str, Any]:
    """The schema as a value; it accepts every file that `load` takes and that is written plainly."""
    made = Settings.model_json_schema()
    sections = made.pop("$defs")
    for name, section in sections.items():
        _describe(name, section)
    _describe("Settings", made)
    return {"$schema": DIALECT, **made, "$defs": sections}


def schema_text() -> str:
    """The schema as a file's text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def write_schema(path: Path) -> None:
    """Write it where an editor finds it; `OSError` when that cannot be."""
    path.write_text(schema_text(), encoding="utf-8")


def _describe(name: str, section: dict[str, Any]) -> None:
    """Put people's words into a section; enumerations have keys of none."""
    if name not in MODELS:
        section.pop("description", None)
        return
    section["title"], section["description"] = MODELS[name]
    for key, field in section["properties"].items():
        if isinstance(field.get("default"), dict | None):
            field.pop("default", None)  # a section's keys have their own; nothing says nothing
        if "patternProperties" in field:
            field["additionalProperties"] = False
        field["title"] = _title(key)
        field["description"] = FIELDS[name][key]


def _title(key: str) -> str:
    """`debounce_ms` as `Debounce (milliseconds)`."""
    if key in _NAMES:
        return _NAMES[key]
    words, _, last = key.rpartition("_")
    text = f"{words} ({_UNITS[last]})" if words and last in _UNITS else key
    return (text[0].upper() + text[1:]).replace("_", " ")
