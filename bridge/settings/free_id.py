"""New ids, made of the names that people and cameras give (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from bridge.core.definitions.device import host_id

LONGEST_ID = 32
"""Characters of an id, as `field_types.ID_PATTERN` has it."""
TAKEN_BY_THE_DEVICE = frozenset({"test"})
"""No input is called that: its Home Assistant components `test_email` and `test_ftp` are the device's."""


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
