"""Settings that may be changed over MQTT (`mqtt.md` 2), on the page, or read by either; pure.

Over MQTT never wiring, ids, addresses, credentials, the broker or the page: a client that can publish must
not be able to redirect the mail, or to turn a relay around. On the page no address, path, credential or
recipient: its user must not be able to send pictures or passwords to a place of his choice. A setting that
is not named here stays closed, so that one that is added later is open only after somebody thought about it.
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
"""Places in an input, each with all that lies below."""
OUTPUT: tuple[Loc, ...] = (
    ("name",),
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
"""Places in an output: everything but its wiring and its id."""
REST: tuple[Loc, ...] = (
    ("device", "name"),
    ("schedules",),
    ("email", "min_gap_s"),
    ("email", "pictures"),
    ("recording", "pre_s"),
    ("recording", "post_s"),
)
"""Places in the rest: names, schedules, mail limits, recording times."""
ON_PAGE: Mapping[str, frozenset[str] | None] = {
    "device": frozenset({"name", "area", "timezone", "clock", "startup_grace_s"}),
    "schedules": None,
    "email": frozenset({"min_gap_s", "pictures"}),
    "recording": frozenset({"pre_s", "post_s", "quota_mb", "keep_days", "reserve_mb"}),
}
"""Keys of each part of the rest that the page may change; None: the whole part."""
PUBLISHED: Mapping[str, frozenset[str] | None] = {
    **ON_PAGE,
    "device": frozenset({"id", "name", "area", "timezone", "clock", "startup_grace_s"}),
}
"""Keys of each part of the rest that every client of the broker and every user of the page may read.

Inputs and outputs are published whole: a terminal has nothing to hide.
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
"""By any part of a place; the words a person needs most."""
_REASON = "cannot be changed over MQTT"


def not_changeable(patch: Mapping[str, Any], allowed: tuple[Loc, ...]) -> Iterator[Fault]:
    """A fault for each place of a patch that may not be changed; its value is not told."""
    for loc in leaves(patch):
        if loc and not any(loc[: len(place)] == place for place in allowed):
            reason = next((_REASONS[part] for part in map(str, loc) if part in _REASONS), _REASON)
            yield Fault(path=path_of(loc), message=reason)
