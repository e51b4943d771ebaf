"""The form of earlier releases: the bridge and all its inputs and outputs as one device on one topic.

Home Assistant lets components move to other topics and keeps everything that it and its owner have made of
them, if the old topic first gives them up (`MIGRATION`).
"""

from __future__ import annotations

import json
import re

from bridge.mqtt.discovery.description import Platforms
from ha_discovery import MIGRATION

__all__ = ["MIGRATION", "is_migration", "is_old_form", "unloaded_s"]

_OF_A_TERMINAL = re.compile(r"[a-z0-9-]+_(state|switch)")
"""Each input and each output of the old form has one of these, and the bridge itself has none."""
UNLOADED_S = 1.0
"""Seconds in which Home Assistant has unloaded the components of a small device."""
A_COMPONENT_S = 0.005
"""Seconds more for each: a description that follows is dropped from the first component on that is not done."""


def is_old_form(platforms: Platforms) -> bool:
    """Returns whether the components of the bridge's own description are those of the old form."""
    return any(_OF_A_TERMINAL.fullmatch(key) for key in platforms)


def is_migration(payload: bytes) -> bool:
    """Returns whether a payload is `MIGRATION`, as any client may write it."""
    try:
        return bool(json.loads(payload)["migrate_discovery"] is True)
    except (ValueError, KeyError, TypeError):
        return False


def unloaded_s(components: int) -> float:
    """Returns the seconds after which Home Assistant has unloaded, or removed, so many components."""
    return UNLOADED_S + A_COMPONENT_S * components
