"""The settings file as an archive has it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bridge.settings.location import Loc


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The settings file for an archive: its text without what may be secret, the paths of that, and all of it."""

    open: str
    withheld: tuple[str, ...]
    whole: str = field(repr=False)
    secrets: tuple[tuple[Loc, str], ...] = field(repr=False)
