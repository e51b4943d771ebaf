"""Surroundings of far lines: the ports through which their drivers reach the other rooms.

They exist before those rooms do, since lines are requested first: a port is connected to its room when
the room is there, and until then nobody answers on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.lines.message_port import MessagePort
from bridge.lines.view_port import ViewPort

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings


class Surroundings:
    """The ports of far lines."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        """The settings in force: cameras and servers that a line names are in them."""
        self.messages = MessagePort()
        self.views = ViewPort()
