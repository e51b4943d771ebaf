"""Payloads of the settings in force (`mqtt.md` 2).

Inputs and outputs are published whole, of the rest only `permissions.PUBLISHED`.
"""

from __future__ import annotations

from bridge.core.definitions.document import as_document
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.settings.edits.permissions import PUBLISHED
from bridge.text.json_text import as_json


def input_settings(one: InputSettings) -> bytes:
    """Returns the payload of an input's settings."""
    return as_json({**as_document(one), "name": one.label})


def output_settings(one: OutputSettings) -> bytes:
    """Returns the payload of an output's settings; a cut-off that follows from its kind is written out."""
    return as_json({**as_document(one), "name": one.label, "max_active_s": one.cut_off_s or 0})


def device_settings(settings: Settings) -> bytes:
    """Returns the payload of the settings of no input or output; parts that are not configured are null."""
    shown = {part: as_document(getattr(settings, part), keys) for part, keys in PUBLISHED.items()}
    shown["device"]["name"] = settings.device.label
    return as_json(shown)
