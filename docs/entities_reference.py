# ruff: noqa: INP001 - a script's part, no package
"""The entities in Home Assistant that the larger file of `settings.md` makes, as a table."""

from __future__ import annotations

import re
from pathlib import Path

from ruamel.yaml import YAML

from bridge.core.definitions.settings import Settings
from bridge.mqtt.discovery.description import describe
from bridge.settings.load import validate

EXAMPLE = re.compile(r"^## A larger file$.*?^```yaml$(.*?)^```$", re.MULTILINE | re.DOTALL)
HEAD = "| entity | shown as | category |\n|---|---|---|\n"


def example_settings() -> Settings:
    """What the larger file says; no file that it names is read."""
    found = EXAMPLE.search(Path(__file__).with_name("settings.md").read_text(encoding="utf-8"))
    if found is None:
        message = "settings.md has lost its larger file"
        raise ValueError(message)
    return validate(YAML(typ="safe", pure=True).load(found.group(1)))


def entities_reference() -> str:
    """The table, in the order in which Home Assistant is told of them."""
    whole = describe(example_settings())
    rows = []
    for one in whole.components.values():
        name = f"{whole.device.name} {one.name}" if one.name else whole.device.name
        rows.append(
            f"| `{one.platform}.{one.object_id}` | {name} | {one.entity_category or ''} |".replace("|  |", "| |")
        )
    return HEAD + "\n".join(rows) + "\n"
