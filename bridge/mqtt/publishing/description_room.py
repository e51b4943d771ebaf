"""The room that a description may take, and the log of the entities that it leaves out."""

from __future__ import annotations

import logging

from bridge.mqtt.discovery.description import LARGEST_BYTES, Description, fitted
from bridge.mqtt.discovery.row import Part

_LOG = logging.getLogger(__name__)
PACKET_HEAD = 16
"""Bytes of a PUBLISH beside topic and payload, and some more: not all brokers count alike."""


class DescriptionRoom:
    """`largest_packet` is the bytes that the broker takes for a description; None where there is no limit."""

    def __init__(self) -> None:
        self.largest_packet: int | None = None
        self._logged: set[str] = set()

    def fitted(self, part: Part) -> Description | None:
        """Returns a part's description, as far as there is room for it; None if there is room for no entity."""
        return fitted(part, self._room_for(part.topic))

    def described(self, part: Part) -> Description | None:
        """Returns the same as `fitted`, None too; logs once for each limit that entities are left out."""
        made = self.fitted(part)
        if made is None or made.left_out:
            self._log_left_out(part, made)
        return made

    def _log_left_out(self, part: Part, made: Description | None) -> None:
        room = self._room_for(part.topic)
        limit = f"the broker takes packets of at most {self.largest_packet} bytes; raise its limit for packets"
        if room is None or room > LARGEST_BYTES:
            limit = f"a description has at most {LARGEST_BYTES} bytes; use fewer or shorter names of schedules"
        if limit not in self._logged:
            self._logged.add(limit)
            count = "all" if made is None else f"{made.left_out} of {made.left_out + len(made.platforms)}"
            name = part.id or "the device itself"
            _LOG.warning(
                "left out of %s and what is as large: %s entities in Home Assistant, settings first: %s",
                name,
                count,
                limit,
            )

    def _room_for(self, topic: str) -> int | None:
        """Returns the bytes that a packet of the broker leaves for a description's payload; None without a limit."""
        return None if self.largest_packet is None else self.largest_packet - len(topic) - PACKET_HEAD
