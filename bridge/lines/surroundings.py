"""Surroundings of far lines: the ports through which their drivers reach the other rooms.

They exist before those rooms do, since lines are requested first: a port is connected to its room when
the room is there, and until then nobody answers on it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bridge.lines.camera_port import CameraPort
from bridge.lines.health_signals import HealthSignals
from bridge.lines.hook_port import HookPort
from bridge.lines.message_port import MessagePort
from bridge.lines.view_port import ViewPort

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings


class Surroundings:
    """The ports of far lines."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._followers: list[Callable[[], None]] = []
        self.messages = MessagePort()
        self.views = ViewPort()
        self.cameras = CameraPort()
        self.health = HealthSignals()
        self.hooks = HookPort()

    @property
    def settings(self) -> Settings:
        """The settings in force: cameras and servers that a line names are in them."""
        return self._settings

    def change_settings(self, settings: Settings) -> None:
        """Puts other settings in force, before terminals are requested by them."""
        self._settings = settings
        for follow in tuple(self._followers):
            follow()

    def when_settings_change(self, follow: Callable[[], None]) -> None:
        """Calls `follow` after each change of the settings in force."""
        self._followers.append(follow)
