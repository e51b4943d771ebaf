"""Lines that are the device's own health (`behaviour.md` 10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from bridge.core.definitions.far_lines import Far
from bridge.core.definitions.field_types import Range

Part = Literal["disk", "network", "broker", "clock", "mail"]
AFTER_S: Final[Mapping[str, float]] = {"disk": 0.0, "network": 10.0, "broker": 60.0, "clock": 60.0, "mail": 600.0}
"""Seconds that a trouble lasts before it counts, unless the line says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSource(Far):
    """A part of the device: connected while it is in trouble."""

    kind: Literal["health"] = "health"
    """Kind of the line."""
    what: Part
    """disk: recording folder and store; network: carrier and default route; broker; clock; mail: mail and upload."""
    after_s: Annotated[float, Range(0, 604_800)] | None = None
    """Seconds that the trouble must last; default: disk 0, network 10, broker 60, clock 60, mail 600."""

    @property
    def lasts_s(self) -> float:
        """Seconds that the trouble must last."""
        return AFTER_S[self.what] if self.after_s is None else self.after_s
