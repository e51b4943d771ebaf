"""What is found on this machine: the settings file, a bridge that runs, its page. Touches no hardware."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.cli.overview.page_address import answers, page_address
from bridge.cli.overview.running_bridges import RunningBridge, running_bridges
from bridge.core.definitions.settings import Settings
from bridge.errors import Fault, SettingsError
from bridge.settings.load import load

UNITS = (Path("/etc/systemd/system/alarm2mqtt.service"), Path("/usr/lib/systemd/system/alarm2mqtt.service"))
_SYSTEMD = Path("/run/systemd/system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What to advise on. `settings` is None when the file is not there, may not be read, or is wrong."""

    file: Path
    """The settings that are meant: those of the default place, else those of a bridge that runs."""
    is_default: bool
    there: bool
    readable: bool
    """Whether this user may read the file and the secrets that it names."""
    writable: bool
    """Whether this user may write the file, or make it."""
    faults: tuple[Fault, ...] = ()
    settings: Settings | None = None
    running: RunningBridge | None = None
    page: str | None = None
    """The address of a page that answers."""
    service: bool = False
    """Whether systemd knows the service."""


def look(default: Path, *, bridges: Sequence[RunningBridge] | None = None) -> Situation:
    """Looks around; takes a moment at most."""
    running = _meant(default, running_bridges(default) if bridges is None else bridges)
    return look_at(running.file if running is not None else default, default=default, running=running)


def look_at(file: Path, *, default: Path, running: RunningBridge | None) -> Situation:
    """Of one settings file, and the bridge that runs with it, if one does."""
    there = _is_there(file)
    settings, faults, readable = _settings(file) if there else (None, (), True)
    page = None
    ours = running is not None or file == default  # else it is another bridge's, at the usual address
    if ours and settings is not None and settings.web.enabled and answers(settings.web):
        page = page_address(settings.web)
    return Situation(
        file=file,
        is_default=file == default,
        there=there,
        readable=readable,
        writable=os.access(file if there else nearest(file.parent), os.W_OK),
        faults=faults,
        settings=settings,
        running=running,
        page=page,
        service=_SYSTEMD.is_dir() and any(unit.exists() for unit in UNITS),
    )


def _meant(default: Path, bridges: Sequence[RunningBridge]) -> RunningBridge | None:
    """The bridge of the default place; without a file there any other, rather one that was started from here."""
    if _is_there(default):
        return next((one for one in bridges if one.file == default), None)
    at = here()
    return max(bridges, key=lambda one: (one.file.is_relative_to(at), one.process), default=None)


def here() -> Path:
    """The folder that this is; the root in place of one that was removed."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path("/")


def _is_there(file: Path) -> bool:
    """Where its folder may not be looked into it cannot be known, and is believed."""
    try:
        return file.exists()
    except PermissionError:
        return True


def nearest(folder: Path) -> Path:
    """The folder, or what is there of the folders above it."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _settings(file: Path) -> tuple[Settings | None, tuple[Fault, ...], bool]:
    """The settings or what is wrong, and whether this user may read all that they consist of."""
    if not os.access(file, os.R_OK):
        return None, (), False
    try:
        return load(file).settings, (), True
    except SettingsError as error:
        faults = error.faults
    if os.geteuid() == 0:
        return None, faults, True
    try:
        return load(file, secrets=False).settings, (), False  # its secrets are not this user's
    except SettingsError:
        return None, faults, True
