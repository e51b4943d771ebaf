"""The settings in force, as everybody who may read the broker sees them.

An input's or output's are shown whole: a terminal has nothing to hide. Of the rest what is shown is
chosen by name, so that a setting that is added later stays unseen until somebody puts it here: what
may be changed over MQTT (`mqtt.md` 2) and what explains it; never where a mail goes, an address, a
path of the device or anything of credentials.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.mqtt.payloads import as_json
from bridge.settings.definitions.settings import InputSettings, OutputSettings, Settings

_DEVICE: Mapping[str, Any] = {
    "device": {"id", "name", "area", "timezone", "clock", "startup_grace_s"},
    "schedules": True,
    "email": {"min_gap_s", "pictures"},
    "recording": {"pre_s", "post_s", "quota_mb", "keep_days", "reserve_mb"},
}


def input_settings(one: InputSettings) -> bytes:
    """One input's."""
    return as_json({**one.model_dump(mode="json"), "name": one.label})


def output_settings(one: OutputSettings) -> bytes:
    """One output's; a cut-off that follows from its kind is written out."""
    return as_json({**one.model_dump(mode="json"), "name": one.label, "max_active_s": one.cut_off_s or 0})


def device_settings(settings: Settings) -> bytes:
    """What belongs to no input or output; parts that are not configured are null."""
    shown = settings.model_dump(mode="json", include=_DEVICE)
    shown["device"]["name"] = settings.device.label
    return as_json(shown)
