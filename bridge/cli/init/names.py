"""Ids and kinds derived from the names that people give (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from bridge.core.definitions.settings import host_id
from bridge.settings.checks.references import TAKEN_BY_THE_DEVICE

LONGEST_ID = 32
"""Characters of an id, as `field_types.ID_PATTERN` has it."""
_KINDS = (
    ("siren", ("siren", "horn", "buzzer", "sounder")),
    ("strobe", ("strobe", "flash", "light", "lamp", "beacon")),
    ("lock", ("lock", "opener", "latch")),
)
_PLAIN_LINE = re.compile(r"(gpio|pin|line|p|pa|pb|pc|pd)?[-_. ]?[a-z]?\d+", re.IGNORECASE)
"""Line names that chips give by number; they say nothing about the device connected to the line."""


def id_of(name: str, taken: Container[str]) -> str:
    """Returns an id made of a name: `Größe links` becomes `grosse-links`, a name without letters and digits `terminal`.

    It is neither in `taken` nor one of the device's own; a number at its end makes it so.
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    stem = host_id(plain) if re.search("[a-z0-9]", plain) else "terminal"
    candidate, number = stem, 1
    while candidate in taken or candidate in TAKEN_BY_THE_DEVICE:
        number += 1
        candidate = f"{stem[: LONGEST_ID - len(str(number)) - 1]}-{number}"
    return candidate


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
