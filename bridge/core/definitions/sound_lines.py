"""Lines that are what a microphone hears (`behaviour.md` 10)."""

from dataclasses import dataclass
from typing import Annotated, Literal

from bridge.core.definitions.far_lines import Far
from bridge.core.definitions.field_types import Range, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundSource(Far):
    """A microphone: connected while it is loud."""

    kind: Literal["sound"] = "sound"
    """Kind of the line."""
    device: Text = "default"
    """ALSA's name of the microphone."""
    level_db: Annotated[float, Range(-90, 0)] = -20.0
    """Level from which it is loud, in decibels below full scale (RMS of 50 ms)."""
    for_ms: Annotated[int, Range(50, 60_000)] = 100
    """Milliseconds that it must be loud without a break."""
