"""The settings in force, as published to every client of the broker.

Inputs and outputs are published whole: they have no secrets. The other settings are
listed by key, so that a new setting stays private until it is listed here: those that
may be changed over MQTT (`mqtt.md` 2), and those that explain them; never a recipient, an address, a
path of the device or a credential.
"""

from __future__ import annotations

from bridge.core.definitions.document import as_document
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.settings.edits.permissions import PUBLISHED
from bridge.text.json_text import as_json


def input_settings(one: InputSettings) -> bytes:
    """Returns the payload of one input's settings, with its label as name."""
    return as_json({**as_document(one), "name": one.label})


def output_settings(one: OutputSettings) -> bytes:
    """Returns the payload of one output's settings, with its label as name.

    A cut-off that follows from its kind too.
    """
    return as_json({**as_document(one), "name": one.label, "max_active_s": one.cut_off_s or 0})


def device_settings(settings: Settings) -> bytes:
    """Returns the payload of the published settings besides inputs and outputs.

    Null for a section that is not configured.
    """
    shown = {part: as_document(getattr(settings, part), keys) for part, keys in PUBLISHED.items()}
    shown["device"]["name"] = settings.device.label
    return as_json(shown)
