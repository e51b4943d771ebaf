"""Names that people give, and what follows from them (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from bridge.core.definitions.settings import host_id
from bridge.settings.checks.references import TAKEN_BY_THE_DEVICE

_KINDS = (
    ("siren", ("siren", "horn", "buzzer", "sounder")),
    ("strobe", ("strobe", "flash", "light", "lamp", "beacon")),
    ("lock", ("lock", "opener", "latch")),
)
_PLAIN_LINE = re.compile(r"(gpio|pin|line|p|pa|pb|pc|pd)?[-_. ]?[a-z]?\d+", re.IGNORECASE)
"""What chips call their lines; it tells nothing of what hangs on one."""


def id_of(name: str, taken: Container[str]) -> str:
    """An id that looks like the name and that nobody has: `Größe links` becomes `grosse-links`."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    stem = host_id(plain) if re.search("[a-z0-9]", plain) else "terminal"
    wanted, number = stem, 1
    while wanted in taken or wanted in TAKEN_BY_THE_DEVICE:
        number += 1
        wanted = f"{stem[:29]}-{number}"
    return wanted


def kind_of(name: str) -> str:
    """What an output of this name probably is."""
    words = name.casefold()
    return next((kind for kind, signs in _KINDS if any(sign in words for sign in signs)), "generic")


def spoken(line_name: str) -> str | None:
    """A line's name as a person would say it, `ALARM_IN1` as `Alarm in1`; None for what says nothing."""
    if not line_name or _PLAIN_LINE.fullmatch(line_name) or not line_name.isprintable():
        return None
    return re.sub(r"[-_\s]+", " ", line_name).strip().capitalize()[:64] or None
