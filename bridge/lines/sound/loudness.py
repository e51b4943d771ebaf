"""Loudness of samples, and the contact that it makes (pure)."""

from __future__ import annotations

import array
import math
import sys
from typing import TYPE_CHECKING, Final

from bridge.core.contact import Contact

if TYPE_CHECKING:
    from bridge.core.definitions.sound_lines import SoundSource

RATE_HZ: Final = 16_000
WINDOW_MS: Final = 50
WINDOW_BYTES: Final = RATE_HZ * WINDOW_MS // 1000 * 2
"""A window of samples: mono, 16 bits, little-endian."""
SILENCE_DB: Final = -99.0
_FULL_SCALE = 32_768


def level_db(window: bytes) -> float:
    """Returns the level (RMS) of a window in decibels below full scale; `SILENCE_DB` for silence."""
    samples = array.array("h", window)
    if sys.byteorder == "big":
        samples.byteswap()
    power = sum(sample * sample for sample in samples) / max(len(samples), 1)
    return SILENCE_DB if power == 0 else max(SILENCE_DB, 10 * math.log10(power / _FULL_SCALE**2))


class LoudnessGate:
    """The contact of one line: connected once it has been loud for long enough, until a window is not."""

    def __init__(self, line: SoundSource) -> None:
        self._level_db = line.level_db
        self._windows = math.ceil(line.for_ms / WINDOW_MS)
        self._loud = 0
        self._contact: Contact | None = None

    def feed(self, window_db: float) -> Contact | None:
        """Takes the level of the next window. Returns the contact if it is another than before, else None."""
        self._loud = self._loud + 1 if window_db >= self._level_db else 0
        contact = Contact.CONNECTED if self._loud >= self._windows else Contact.DISCONNECTED
        if contact is self._contact:
            return None
        self._contact = contact
        return contact

    def reset(self) -> None:
        """Forgets what was heard: the next window makes a first contact."""
        self._loud, self._contact = 0, None
