"""The settings in force, and all that the process of the checker needs to go on from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.core.definitions.settings import Settings
from bridge.system.file_signs import Signs, signs


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """Checked settings, their file's content and its surroundings; `repr` has no secret."""

    settings: Settings
    path: Path
    overrides: Mapping[str, Any]
    """The command line's, by dotted paths or nested."""
    content: bytes = field(repr=False)
    """The file as it was read."""
    service: Mapping[str, Any] = field(repr=False)
    """The Supervisor's broker as it was answered: an edit does not depend on whether the Supervisor answers again."""
    files: tuple[Path, ...]
    """All files that were read, the settings file first."""
    beside: Signs
    """Signs of the other files when they were read."""
    kept: str | None = field(default=None, repr=False)
    """The copy for the next start; None if there is no new one."""


def signs_beside(files: Sequence[Path]) -> Signs:
    """Returns the signs of all files but the first, which is the settings file: those beside it hold secrets."""
    return signs(files[1:])
