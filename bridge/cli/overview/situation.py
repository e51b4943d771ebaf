"""The state of this machine: settings file, running bridge, its page, its armed switch. Touches no hardware."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.cli.overview.running_bridges import RunningBridge, running_bridges
from bridge.core.definitions.settings import Settings
from bridge.errors import Fault, SettingsError, StoreError
from bridge.settings.load import load
from bridge.store.armed_switch import read_armed
from bridge.store.sqlite.connection import FILE_NAME
from bridge.system.page_address import answers, page_address

UNITS = (Path("/etc/systemd/system/alarm2mqtt.service"), Path("/usr/lib/systemd/system/alarm2mqtt.service"))
_SYSTEMD = Path("/run/systemd/system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The facts that the advice depends on. `settings` is None if the file is missing, unreadable or wrong."""

    file: Path
    """The settings file: that of the service, or that of a running bridge if the service has none."""
    is_default: bool
    there: bool
    readable: bool
    """Whether this user may read the file and the secret files that it names."""
    writable: bool
    """Whether this user may write or create the file."""
    faults: tuple[Fault, ...] = ()
    settings: Settings | None = None
    running: RunningBridge | None = None
    page: str | None = None
    """The address of a page that answers."""
    service: bool = False
    """Whether systemd has a unit of this program."""
    can_be_service: bool = False
    """Whether systemd runs here and has none."""
    disarmed: bool = False
    """Whether the store says that the device is disarmed; False if this user may not read the store."""


def look(default: Path, *, bridges: Sequence[RunningBridge] | None = None) -> Situation:
    """Returns the situation of this machine, with `default` as the service's settings file.

    `bridges` None means those that run here. Blocks for half a second at most, or a second longer for a locked store.
    """
    running = _meant(default, running_bridges(default) if bridges is None else bridges)
    return look_at(running.file if running is not None else default, default=default, running=running)


def look_at(file: Path, *, default: Path, running: RunningBridge | None) -> Situation:
    """Returns the situation of one settings file; `running` is the bridge that uses it, or None."""
    there = _is_there(file)
    settings, faults, readable = _settings(file) if there else (None, (), True)
    page, has_unit = None, any(unit.exists() for unit in UNITS)
    ours = running is not None or file == default  # else the page at the usual address is another bridge's
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
        service=_SYSTEMD.is_dir() and has_unit,
        can_be_service=_SYSTEMD.is_dir() and not has_unit,
        disarmed=settings is not None and _is_disarmed(settings.store.folder),
    )


def _is_disarmed(folder: Path) -> bool:
    try:
        return not read_armed(folder / FILE_NAME)
    except (StoreError, OSError):
        return False  # a first start is still to come, or the store is not this user's to read


def _meant(default: Path, bridges: Sequence[RunningBridge]) -> RunningBridge | None:
    """Returns the bridge of the default file, or None.

    Without that file any bridge, preferably one below the current folder.
    """
    if _is_there(default):
        return next((one for one in bridges if one.file == default), None)
    at = here()
    return max(bridges, key=lambda one: (one.file.is_relative_to(at), one.process), default=None)


def here() -> Path:
    """Returns the current folder, or `/` if it was removed."""
    try:
        return Path.cwd()
    except FileNotFoundError:
        return Path("/")


def _is_there(file: Path) -> bool:
    """Returns whether the file exists; True also if its folder may not be searched, since it may be there."""
    try:
        return file.exists()
    except PermissionError:
        return True


def nearest(folder: Path) -> Path:
    """Returns the folder itself, or its nearest parent that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _settings(file: Path) -> tuple[Settings | None, tuple[Fault, ...], bool]:
    """Returns the settings or None, the faults, and whether this user may read the file and all its secret files."""
    if not os.access(file, os.R_OK):
        return None, (), False
    try:
        return load(file).settings, (), True
    except SettingsError as error:
        faults = error.faults
    if os.geteuid() == 0:
        return None, faults, True
    try:
        return load(file, secrets=False).settings, (), False  # this user may not read its secrets
    except SettingsError:
        return None, faults, True
