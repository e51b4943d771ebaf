"""Kinds of outputs, and names in a person's spelling, derived from what lines are called (pure)."""

from __future__ import annotations

import re

_KINDS = (
    ("siren", ("siren", "horn", "buzzer", "sounder")),
    ("strobe", ("strobe", "flash", "light", "lamp", "beacon")),
    ("lock", ("lock", "opener", "latch")),
)
_PLAIN_LINE = re.compile(r"(gpio|pin|line|p|pa|pb|pc|pd)?[-_. ]?[a-z]?\d+", re.IGNORECASE)
"""Line names that chips give by number; they say nothing about the device connected to the line."""


def kind_of(name: str) -> str:
    """Returns the kind of output that a name suggests (`siren`, `strobe`, `lock`), or `generic`."""
    words = name.casefold()
    return next((kind for kind, signs in _KINDS if any(sign in words for sign in signs)), "generic")


def spoken(line_name: str) -> str | None:
    """Returns a line's name in a person's spelling, `ALARM_IN1` as `Alarm in1`.

    None if the name says nothing about the device, as `GPIO17`.
    """
    if not line_name or _PLAIN_LINE.fullmatch(line_name) or not line_name.isprintable():
        return None
    return re.sub(r"[-_\s]+", " ", line_name).strip().capitalize()[:64] or None
