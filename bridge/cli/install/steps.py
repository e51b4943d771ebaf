"""The steps of installing and uninstalling, as values; `hands` carries them out. Each has its words for a person."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to do, or with this very class only something to know. The words begin with a verb."""

    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Step):
    """Runs a command. With `may_fail` its failure is printed and the next step follows."""

    command: tuple[str, ...]
    stdin: str = ""
    as_service: bool = False
    """Whether the service's user runs it, not root."""
    may_fail: bool = False
    remedy: str = ""
    """Advice for the case of failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteFile(Step):
    """Writes a file that every user may read. With `keep` the present file stays, under that name."""

    path: Path
    content: bytes
    keep: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeLink(Step):
    """Makes a symbolic link, or points it somewhere else."""

    path: Path
    target: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyProgram(Step):
    """Copies the environment of this program to `FRESH`, and tries the copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapProgram(Step):
    """Puts the copy into its place in one instant; the copy before stays beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapBack(Step):
    """Puts the copy before back into its place, and removes the new one; nothing if there is none before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSettings(Step):
    """Writes the first settings: by the answers of a person, or such that the page can do the rest."""

    asks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Remove(Step):
    """Removes a file, a link, or a folder with all that is in it; nothing if it is absent."""

    path: Path
