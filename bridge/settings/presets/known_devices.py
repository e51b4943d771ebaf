"""The presets of this folder, by the terminals that they are for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def presets(section: str) -> Mapping[str, Mapping[str, Any]]:
    """Returns the presets for inputs or for outputs, by their names."""
    read = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))}
    return {name: preset for name, preset in read.items() if preset["serves"] == section}


def written_line(line: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    """Returns a line as plain values with the topic that is written for its preset, in place of the one made of it."""
    preset = presets(section).get(line.get("preset") or "")
    if preset is None or "topic" not in preset["line"]:
        return line
    begin, end = preset["line"]["topic"].split("{topic}")
    return {**line, "topic": line["topic"].removeprefix(begin).removesuffix(end)}
