# ruff: noqa: INP001 - a script's part, no package
"""The entities in Home Assistant that the larger file of `settings.md` makes, as a table."""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML

from bridge.core.definitions.settings import Settings
from bridge.mqtt.discovery.description import describe, parts
from bridge.mqtt.discovery.row import Part
from bridge.settings.load import validate
from ha_discovery import Entity

EXAMPLE = re.compile(r"^## A larger file$.*?^```yaml$(.*?)^```$", re.MULTILINE | re.DOTALL)
HEAD = "| entity | shown as | category |\n|---|---|---|\n"
OFF = "has to be enabled"


def example_settings() -> Settings:
    """What the larger file says; no file that it names is read."""
    found = EXAMPLE.search(Path(__file__).with_name("settings.md").read_text(encoding="utf-8"))
    if found is None:
        message = "settings.md has lost its larger file"
        raise ValueError(message)
    return validate(YAML(typ="safe", pure=True).load(found.group(1)))


def entities_reference() -> str:
    """A table for each device, in the order in which Home Assistant is told of them."""
    return "\n".join(table_of(part) for part in parts(example_settings()))


def table_of(part: Part) -> str:
    """The entities of one device, under its name."""
    whole = describe(part)
    rows = []
    for one in whole.components.values():
        if isinstance(one, Entity):
            name = f"{whole.device.name} {one.name}" if one.name else whole.device.name
            words = [one.entity_category or "", OFF if one.enabled_by_default is False else ""]
            rows.append(
                f"| `{one.platform}.{one.object_id}` | {name} | {', '.join(filter(None, words))} |".replace(
                    "|  |", "| |"
                )
            )
    return f"### {whole.device.name}\n\n{HEAD}" + "\n".join(rows) + "\n"
