"""Permissions: settings that may be changed over MQTT (`mqtt.md` 2), on the page, or read by either; pure.

Over MQTT never wiring, ids, addresses, credentials, the broker or the page: a client that can publish must
not be able to redirect the mail, or to turn a relay around. The page is the device's own set-up, for whoever is
logged in or at the device itself: it may change nearly everything, and read everything but secrets (`edits.secrets`
keeps it from reading one by a server of its user's). A setting is closed unless it is listed here, so that
a new one is opened by a decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.errors import Fault
from bridge.settings.edits.merge_patch import leaves
from bridge.settings.location import Loc, path_of

INPUT: tuple[Loc, ...] = (
    ("name",),
    ("trigger_mode",),
    ("enabled",),
    ("debounce_ms",),
    ("linkage",),
    ("schedule",),
    ("when_schedule_opens",),
    ("quiet_s",),
)
"""Locations in an input, each with all below it."""
OUTPUT: tuple[Loc, ...] = (
    ("name",),
    ("area",),
    ("kind",),
    ("valid_signal",),
    ("mode",),
    ("pulse",),
    ("follow_source",),
    ("alarm_time_ms",),
    ("retrigger",),
    ("max_active_s",),
    ("timing",),
    ("restore_latched",),
    ("on_broker_loss",),
    ("device_class",),
)
"""Locations in an output: everything but its wiring and its id."""
REST: tuple[Loc, ...] = (
    ("device", "name"),
    ("schedules",),
    ("email", "min_gap_s"),
    ("email", "pictures"),
    ("recording", "pre_s"),
    ("recording", "post_s"),
)
"""Locations in the other settings: names, schedules, mail limits, recording times."""
ON_PAGE: Mapping[str, frozenset[str] | None] = {
    "device": None,
    "mqtt": None,
    "home_assistant": None,
    "lines": None,
    "schedules": None,
    "email": None,
    "ftp": None,
    "recording": None,
    "audio": None,
    "store": None,
    "web": frozenset({"host", "port", "names", "password"}),
    "metrics": None,
    "log": None,
}
"""Keys of each other section that the page may change; None: the whole section.

`web.enabled` is not there: a page that is off could not be turned on again.
"""
PUBLISHED: Mapping[str, frozenset[str] | None] = {
    "device": frozenset({"id", "name", "area", "timezone", "clock", "startup_grace_s"}),
    "schedules": None,
    "email": frozenset({"min_gap_s", "pictures"}),
    "recording": frozenset({"pre_s", "post_s", "quota_mb", "keep_days", "reserve_mb"}),
}
"""Keys of each other section that every client of the broker may read.

Inputs and outputs are published whole: they have no secrets.
"""

_REASONS: Mapping[str, str] = {
    "id": "an id cannot be changed over MQTT",
    "line": "wiring cannot be changed over MQTT",
    "connected_level": "wiring cannot be changed over MQTT",
    "bias": "wiring cannot be changed over MQTT",
    "drive": "wiring cannot be changed over MQTT",
    "inputs": "inputs are changed on their own topics, input/<id>/settings/set",
    "outputs": "outputs are changed on their own topics, output/<id>/settings/set",
    "mqtt": "the broker cannot be changed over MQTT",
    "web": "the page cannot be changed over MQTT",
    "recipients": "addresses cannot be changed over MQTT",
    "sender": "addresses cannot be changed over MQTT",
    "host": "addresses cannot be changed over MQTT",
    "username": "credentials cannot be changed over MQTT",
    "password": "credentials cannot be changed over MQTT",
    "password_file": "credentials cannot be changed over MQTT",
}
"""The most needed explanations, by any part of a location."""
_REASON = "cannot be changed over MQTT"


def not_changeable(patch: Mapping[str, Any], allowed: tuple[Loc, ...]) -> Iterator[Fault]:
    """Yields a fault for each location of a patch that is not below one of `allowed`; the fault holds no value."""
    for loc in leaves(patch):
        if loc and not any(loc[: len(place)] == place for place in allowed):
            reason = next((_REASONS[part] for part in map(str, loc) if part in _REASONS), _REASON)
            yield Fault(path=path_of(loc), message=reason)
