"""The settings that watching needs, on any machine that has the file."""

from __future__ import annotations

from pathlib import Path

from bridge.errors import SettingsError
from bridge.settings.definitions.settings import Settings
from bridge.settings.load import load


def settings_to_watch(path: Path) -> Settings:
    """The settings; the secrets of mail or page need not be readable here, since only the broker's is used.

    Raises:
        SettingsError: with all that is wrong but unreadable secrets.
    """
    try:
        return load(path).settings
    except SettingsError:
        return load(path, secrets=False).settings  # the broker's password_file is read when it is needed
