"""The description that releases before 1.0 published: one device with everything on the bridge's own topic."""

from __future__ import annotations

import json
from typing import Any

from words.descriptions import payloads

from bridge.core.definitions.settings import Settings


def old_description(settings: Settings) -> bytes:
    """Returns it as far as it matters to Home Assistant: ids, names, what was enabled, a switch for each output."""
    labels = {one.id: one.label for one in settings.inputs} | {one.id: one.label for one in settings.outputs}
    (own, *terminals) = payloads(settings).values()
    components: dict[str, Any] = dict(own["components"])
    for body in terminals:
        for key, one in body["components"].items():
            if one["platform"] != "device_automation":
                components[key] = _as_it_was(key, one, labels[key.partition("_")[0]])
    for one in settings.inputs:
        for other in settings.outputs:
            components.setdefault(f"{one.id}_link_{other.id}", _link(settings, one.id, other.id, labels))
        components.pop(f"{one.id}_links", None)
    return json.dumps({**own, "components": components}).encode()


def _as_it_was(key: str, one: dict[str, Any], label: str) -> dict[str, Any]:
    name = f"{label} {one['name'].lower()}" if one["name"] else label
    ids = {}
    if key.endswith("_siren"):
        name = f"{label} with tones"
        ids = {"object_id": f"{one['object_id']}_siren", "default_entity_id": f"{one['default_entity_id']}_siren"}
    elif key.endswith("_switch"):
        name = label
    kept = {key: value for key, value in one.items() if key != "enabled_by_default"}
    return {**kept, "name": name, **ids}


def _link(settings: Settings, one: str, other: str, labels: dict[str, str]) -> dict[str, Any]:
    key = f"{settings.device.id}_{one}_link_{other}"
    topic = f"{settings.mqtt.base_topic}/{settings.device.id}/input/{one}/settings"
    return {
        "platform": "switch", "unique_id": key, "name": f"{labels[one]} linked to {labels[other]}",
        "object_id": key.replace("-", "_"), "default_entity_id": f"switch.{key.replace('-', '_')}",
        "entity_category": "config", "state_topic": topic, "command_topic": f"{topic}/set",
        "value_template": f"{{{{ 'ON' if '{other}' in value_json.linkage.outputs else 'OFF' }}}}",
        "payload_on": json.dumps({"linkage": {"outputs": {other: True}}}),
        "payload_off": json.dumps({"linkage": {"outputs": {other: False}}}),
        "state_on": "ON", "state_off": "OFF",
    }  # fmt: skip
